# Updates, replacements, destructions of orphans, and what follows from them for dependents, in one plan.
resource "terraform_data" "updated" { input = { a = 1, b = [1] } }
resource "terraform_data" "replaced" {
  input            = "keeps"
  triggers_replace = { v = 1 }
}
resource "terraform_data" "orphan" { input = "o" }
resource "terraform_data" "needs_orphan" { input = terraform_data.orphan.output }
resource "terraform_data" "dependent" { input = [terraform_data.updated.output, terraform_data.replaced.id] }
output "replaced" { value = terraform_data.replaced.id }
output "updated" { value = terraform_data.updated.output }
