variable "region" {
  default = "x"
}
resource "terraform_data" "server" {
}
locals {
  a = var.regoin
  b = terraform_data.servr.id
  c = locals.a
  d = vars.region
}
