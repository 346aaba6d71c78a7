# Single objects become instances of count and for_each, and count becomes for_each.
resource "terraform_data" "to_count" { input = "a" }
resource "terraform_data" "to_each" { input = "b" }
resource "terraform_data" "count_to_each" {
  count = 2
  input = "c${count.index}"
}
resource "terraform_data" "each_to_single" {
  for_each = toset(["k", "l"])
  input    = "d"
}
module "m" { source = "./child" }
module "n" {
  source = "./child"
  count  = 2
}
