resource "terraform_data" "repeated" {
  count = 1
  input = "index ${count.index}"
}
