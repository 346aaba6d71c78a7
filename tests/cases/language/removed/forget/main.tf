# What a removed block names is forgotten or destroyed, as it says; destroying is the default.
resource "terraform_data" "kept" {
  count = 2
  input = "k"
}
resource "terraform_data" "destroyed" { input = "d" }
resource "terraform_data" "by_default" { input = "e" }
module "kept" { source = "./child" }
module "part" { source = "./child" }
