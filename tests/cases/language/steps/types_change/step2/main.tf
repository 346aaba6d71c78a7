resource "terraform_data" "number_to_text" { input = "1" }
resource "terraform_data" "list_to_tuple" { input = var.secret }
resource "terraform_data" "stays" { input = ["a"] }
variable "secret" {
  default   = "s"
  sensitive = true
}
