# -destroy plans all deletions and the end of the outputs.
resource "terraform_data" "a" { input = "a" }
resource "terraform_data" "b" {
  count = 2
  input = terraform_data.a.output
}
module "m" {
  source   = "./child"
  for_each = toset(["k"])
  in       = terraform_data.a.output
}
output "o" { value = module.m["k"].out }
