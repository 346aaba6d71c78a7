variable "a" {
  ephemeral = true
  default   = "x"
}
output "b" {
  value = var.a
}
output "c" {
  value     = 1
  ephemeral = true
}
