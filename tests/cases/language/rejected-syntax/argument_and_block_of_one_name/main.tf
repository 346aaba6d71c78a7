resource "terraform_data" "a" {
  lifecycle = 1
  lifecycle {
  }
}
