locals {
  a = null
  c = "x${local.a}"
}
output "o" {
  value = local.c
}
