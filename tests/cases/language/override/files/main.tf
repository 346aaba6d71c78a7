# Override files replace arguments of what other files declare: locals, variables, outputs, resources.
variable "a" {
  type        = string
  default     = "base"
  description = "Stays."
}
variable "typed" {
  type    = string
  default = "5"
}
variable "any" {
  type    = list(string)
  default = ["x"]
}
locals {
  one = "base"
  two = "base"
}
output "o" {
  value       = "base"
  description = "Stays."
}
output "secret" { value = "s" }
resource "terraform_data" "r" {
  input            = { base = true }
  triggers_replace = "base"
}
resource "terraform_data" "repeated" {
  count = 2
  input = "base"
}
output "all" {
  value = [var.a, var.typed, var.any, local.one, local.two, terraform_data.r.input, terraform_data.repeated]
}
