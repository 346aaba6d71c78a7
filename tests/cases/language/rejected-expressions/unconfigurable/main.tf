resource "terraform_data" "a" {
  id     = "x"
  output = 1
}
