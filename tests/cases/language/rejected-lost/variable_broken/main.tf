variable "a" {
  type = nothing
}
output "x" {
  value = var.a
}
