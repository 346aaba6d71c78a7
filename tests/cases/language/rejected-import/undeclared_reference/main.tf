import {
  to = terraform_data.a
  id = var.nowhere
}
resource "terraform_data" "a" {
}
