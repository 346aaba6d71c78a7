resource "terraform_data" "a" {
  count    = 1
  for_each = {}
  input    = local.nowhere
}
output "x" {
  value = terraform_data.a.id
}
