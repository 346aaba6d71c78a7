resource "terraform_data" "a" {
  escape = 1
}
