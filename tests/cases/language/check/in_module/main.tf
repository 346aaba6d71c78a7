# Checks in a module with for_each have an outcome for each instance.
module "m" {
  source   = "./child"
  for_each = { good = 1, bad = 2 }
  value    = each.value
}
