# Marks cross the borders of modules, in both directions.
variable "secret" {
  default   = { user = "u", password = "p" }
  sensitive = true
}
module "child" {
  source = "./child"
  input  = var.secret.password
  plain  = "x"
}
resource "terraform_data" "of_module" { input = module.child }
resource "terraform_data" "of_output" { input = module.child.echo }
output "declared" {
  value     = module.child.declared
  sensitive = true
}
