# -target takes in what it depends on, and leaves all else, outputs included.
variable "v" { default = "1" }
resource "terraform_data" "base" { input = var.v }
resource "terraform_data" "middle" { input = terraform_data.base.output }
resource "terraform_data" "other" { input = var.v }
resource "terraform_data" "many" {
  count = 2
  input = "${var.v}-${count.index}"
}
module "m" {
  source = "./child"
  v      = var.v
}
output "middle" { value = terraform_data.middle.input }
output "other" { value = terraform_data.other.input }
