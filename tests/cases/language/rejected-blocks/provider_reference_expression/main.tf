variable "p" {
}
resource "terraform_data" "a" {
  provider = upper("aws")
}
