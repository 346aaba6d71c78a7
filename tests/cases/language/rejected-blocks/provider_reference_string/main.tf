resource "terraform_data" "a" {
  provider = "aws west"
}
