moved {
  from = terraform_data.a
  to   = terraform_data.b
  when = 1
}
resource "terraform_data" "b" {}
