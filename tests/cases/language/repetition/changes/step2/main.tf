resource "terraform_data" "count" {
  count = 1
  input = count.index
}
resource "terraform_data" "each" {
  for_each = toset(["b", "c"])
  input    = each.key
}
resource "terraform_data" "single" {
  for_each = { only = "s" }
  input    = each.value
}
module "m" {
  source   = "./child"
  for_each = toset(["y", "z"])
}
