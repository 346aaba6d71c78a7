resource "terraform_data" "in" { input = "i" }
resource "terraform_data" "other" { input = "o" }
