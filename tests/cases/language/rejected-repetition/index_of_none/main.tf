resource "terraform_data" "a" {
  count = 0
}
output "x" {
  value = terraform_data.a[0].id
}
