import {
  to = terraform_data.a
}
import {
  id = "x"
}
resource "terraform_data" "a" {}
