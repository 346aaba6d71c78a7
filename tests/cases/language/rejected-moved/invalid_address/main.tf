moved {
  from = terraform_data
  to   = terraform_data.a.b
}
moved {
  from = "terraform_data.x"
  to   = upper("x")
}
resource "terraform_data" "a" {
}
