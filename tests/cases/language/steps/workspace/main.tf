# Workspaces have states of their own, and a name.
resource "terraform_data" "a" { input = terraform.workspace }
output "workspace" { value = "in ${terraform.workspace}" }
