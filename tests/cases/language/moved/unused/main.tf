# Moves of what was never there change nothing.
resource "terraform_data" "b" { input = "b" }
module "m" { source = "./child" }
moved {
  from = terraform_data.a
  to   = terraform_data.b
}
moved {
  from = module.gone
  to   = module.m
}
moved {
  from = module.m.terraform_data.x
  to   = module.m.terraform_data.y
}
