variable "a" {
  default = "x"
}
resource "terraform_data" "one" {
  input            = var.a
  triggers_replace = [var.a]
}
resource "terraform_data" "two" {
  count = 2
  input = [terraform_data.one.id, count.index, var.a]
}
resource "terraform_data" "each" {
  for_each = toset(["k"])
  provisioner "local-exec" {
    command = "echo hello; echo there"
  }
}
module "m" {
  source = "./m"
}
output "o" {
  value = terraform_data.one.output
}
output "s" {
  value     = sensitive("x")
  sensitive = true
}
check "c" {
  assert {
    condition     = var.a == "never"
    error_message = "not never"
  }
}
