# A removed block has its own destroy provisioners.
resource "terraform_data" "a" { input = "value" }
