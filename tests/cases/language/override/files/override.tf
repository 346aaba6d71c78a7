variable "a" { default = "override" }
variable "typed" { type = number }
variable "any" {
  type    = any
  default = { over = 1 }
}
locals { two = "override" }
output "o" { value = "override" }
output "secret" { sensitive = true }
resource "terraform_data" "r" { input = "override" }
