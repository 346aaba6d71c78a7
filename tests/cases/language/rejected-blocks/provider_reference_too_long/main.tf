resource "terraform_data" "a" {
  provider = aws.a.b
}
