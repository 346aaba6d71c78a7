variable "a" {
  default   = "x"
  sensitive = true
}
output "b" {
  value     = tonumber(var.a)
  sensitive = true
}
