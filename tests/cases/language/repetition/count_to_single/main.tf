# An object without an index becomes the first of count, and back, without a moved block.
resource "terraform_data" "a" { input = "a" }
resource "terraform_data" "b" {
  count = 2
  input = "b"
}
module "m" {
  source = "./child"
}
module "n" {
  source = "./child"
  count  = 1
}
