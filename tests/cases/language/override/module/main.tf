# The source and single arguments of a module call can be overridden, and so can its repetition.
module "m" {
  source = "./one"
  value  = "base"
  other  = "base"
}
module "n" {
  source = "./one"
  value  = "base"
}
output "m" { value = module.m }
output "n" { value = module.n }
