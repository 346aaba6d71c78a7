variable "name" {}
resource "terraform_data" "deep" {
  count = 2
  input = "${var.name}/${count.index}"
}
output "grand" { value = terraform_data.deep[*].input }
