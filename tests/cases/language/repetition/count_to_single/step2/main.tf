resource "terraform_data" "a" {
  count = 2
  input = "a"
}
resource "terraform_data" "b" { input = "b" }
module "m" {
  source = "./child"
  count  = 1
}
module "n" {
  source = "./child"
}
