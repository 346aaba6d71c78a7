resource "terraform_data" "updated" { input = { a = 1, b = [1, 2] } }
resource "terraform_data" "replaced" {
  input            = "keeps"
  triggers_replace = { v = 2 }
}
resource "terraform_data" "needs_orphan" { input = "none" }
resource "terraform_data" "dependent" { input = [terraform_data.updated.output, terraform_data.replaced.id] }
output "replaced" { value = terraform_data.replaced.id }
output "updated" { value = terraform_data.updated.output }
