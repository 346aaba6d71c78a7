resource "terraform_data" "goes" { input = "i" }
resource "terraform_data" "stays" { input = "o" }
