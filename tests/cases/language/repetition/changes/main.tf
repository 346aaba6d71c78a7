# Instances come and go with count and for_each; the reasons are told.
resource "terraform_data" "count" {
  count = 3
  input = count.index
}
resource "terraform_data" "each" {
  for_each = toset(["a", "b"])
  input    = each.key
}
resource "terraform_data" "single" { input = "s" }
resource "terraform_data" "gone" { input = "g" }
module "m" {
  source   = "./child"
  for_each = toset(["x", "y"])
}
module "gone" { source = "./child" }
