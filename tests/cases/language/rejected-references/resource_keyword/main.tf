resource "terraform_data" "a" {
}
output "b" {
  value = resource.terraform_data.b
}
