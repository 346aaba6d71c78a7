resource "terraform_data" "a" {
  input = count.index
}
output "x" {
  value = count.index
}
