variable "name" {}
resource "terraform_data" "own" { input = var.name }
module "grand" {
  source   = "./grand"
  for_each = { x = var.name }
  name     = each.value
}
output "name" { value = terraform_data.own.input }
output "id" { value = terraform_data.own.id }
output "deep" { value = module.grand["x"] }
