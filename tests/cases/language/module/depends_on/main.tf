# What depends on a module waits for all in it; data sources behind such an edge are read during the apply.
resource "terraform_data" "first" { input = "f" }
module "child" {
  source     = "./child"
  depends_on = [terraform_data.first]
}
module "after" {
  source     = "./child"
  depends_on = [module.child]
}
resource "terraform_data" "last" {
  depends_on = [module.after, terraform_data.first]
  input      = "l"
}
output "read" { value = module.child.read }
