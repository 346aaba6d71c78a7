resource "terraform_data" "b" {
}
resource "terraform_data" "a" {
  for_each = terraform_data.b.output
}
