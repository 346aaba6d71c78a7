resource "terraform_data" "a b" {
}
resource "terraform_data" "1a" {
}
