moved {
  to = terraform_data.a
}
moved {
  from = terraform_data.b
}
resource "terraform_data" "a" {}
