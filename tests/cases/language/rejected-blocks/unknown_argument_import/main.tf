import {
  to  = terraform_data.a
  id  = "x"
  ids = ["x"]
}
resource "terraform_data" "a" {}
