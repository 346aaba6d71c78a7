resource "terraform_data" "a" {
  input = each.key
}
output "x" {
  value = each.value
}
