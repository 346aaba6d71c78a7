variable "name" {}
resource "terraform_data" "in" { input = var.name }
