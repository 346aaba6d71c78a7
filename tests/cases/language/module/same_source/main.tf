# One folder as the source of several modules; a module calls one beside it.
module "a" {
  source = "./modules/one"
  value  = module.b.value
}
module "b" {
  source = "./modules/one/"
  value  = "b"
}
module "c" {
  source = "./modules/../modules/two"
}
output "all" { value = [module.a.value, module.b.value, module.c.value] }
