variable "v" {}
resource "terraform_data" "in" { input = var.v }
resource "terraform_data" "out" { input = terraform_data.in.output }
