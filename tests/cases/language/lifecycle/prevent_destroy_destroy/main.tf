# The whole configuration cannot be destroyed while one object is protected.
resource "terraform_data" "free" { input = "f" }
resource "terraform_data" "a" {
  input = "1"
  lifecycle { prevent_destroy = true }
}
