variable "in" {}
resource "terraform_data" "in" { input = var.in }
output "out" { value = terraform_data.in.output }
