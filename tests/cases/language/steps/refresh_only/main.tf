# -refresh-only changes outputs alone, where nothing drifts.
variable "v" { default = "1" }
resource "terraform_data" "a" { input = "a" }
output "from_variable" { value = var.v }
output "from_resource" { value = terraform_data.a.output }
