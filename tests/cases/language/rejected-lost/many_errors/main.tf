variable "a" {
  typ = string
}
resource "terraform_data" "b" {
  inputs = var.a
  input  = local.nowhere
}
output "c" {
  value = terraform_data.b.nothing
}
output "d" {
  value = upper()
}
output "e" {
}
