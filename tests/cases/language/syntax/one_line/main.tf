variable "a" { default = 1 }
locals { b = 2 }
resource "terraform_data" "r" { input = [var.a, local.b] }
locals {}
terraform {}
output "o" { value = terraform_data.r.input } // the end, without a line break