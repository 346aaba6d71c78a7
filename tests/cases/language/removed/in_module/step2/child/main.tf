resource "terraform_data" "stays" { input = "o" }
removed {
  from = terraform_data.goes
  lifecycle { destroy = false }
}
