# Arguments of a module are converted to the types that it declares.
resource "terraform_data" "a" { input = "x" }
module "child" {
  source  = "./child"
  text    = 5
  list    = toset(["b", "a"])
  object  = { name = "n", size = "3", unused = [] }
  map     = { a = 1, b = terraform_data.a.id }
  unknown = terraform_data.a.id
  objects = [{}, { a = terraform_data.a.id }]
}
output "seen" { value = module.child.seen }
output "objects" { value = module.child.objects }
