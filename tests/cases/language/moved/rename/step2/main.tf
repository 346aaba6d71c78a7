resource "terraform_data" "b" { input = "a" }
resource "terraform_data" "z" { input = "changed" }
resource "terraform_data" "more" {
  count = 2
  input = count.index
}
moved {
  from = terraform_data.a
  to   = terraform_data.b
}
moved {
  from = terraform_data.x
  to   = terraform_data.y
}
moved {
  from = terraform_data.y
  to   = terraform_data.z
}
moved {
  from = terraform_data.many
  to   = terraform_data.more
}
