# A removed block in a module, for all instances of the module.
module "m" {
  source   = "./child"
  for_each = toset(["a", "b"])
}
