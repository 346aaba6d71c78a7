import {
  to = terraform_data.a["b"]
  id = "x"
}
resource "terraform_data" "a" {
  for_each = toset(["a"])
}
