resource "terraform_data" "after" { input = "i" }
moved {
  from = terraform_data.before
  to   = terraform_data.after
}
