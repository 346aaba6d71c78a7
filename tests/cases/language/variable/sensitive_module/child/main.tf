variable "input" {}
variable "plain" {
  sensitive = true
}
resource "terraform_data" "inside" { input = [var.input, var.plain] }
output "echo" {
  value     = var.input
  sensitive = true
}
output "declared" {
  value     = "d"
  sensitive = true
}
output "open" { value = "o" }
