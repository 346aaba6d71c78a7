resource "terraform_data" "before" { input = "i" }
