variable "in" { type = object({ a = string, b = list(string) }) }
module "inner" {
  source = "../inner"
  text   = "${var.in.a}${join("", var.in.b)}"
}
output "through" { value = module.inner.text }
output "nothing" { value = null }
output "in" { value = var.in }
