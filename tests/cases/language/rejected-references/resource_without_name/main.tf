resource "terraform_data" "a" {
}
locals {
  a = terraform_data
  b = data.aws_region
  c = module
  d = var
  e = local
  f = path
}
