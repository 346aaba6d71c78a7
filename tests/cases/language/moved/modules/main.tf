# Objects move into a module, out of one, and with a module that gets another name.
resource "terraform_data" "into" { input = "i" }
module "old" {
  source = "./child"
  name   = "o"
}
module "out" {
  source = "./child"
  name   = "p"
}
module "nested" {
  source = "./nested"
}
