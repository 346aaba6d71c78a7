variable "a" {
  default   = "x"
  sensitive = true
}
output "b" {
  value = var.a
}
output "c" {
  value = { x = var.a }
}
