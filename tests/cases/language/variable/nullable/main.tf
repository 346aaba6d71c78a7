# A variable that may not be null takes its default where null is given.
module "given_null" {
  source = "./child"
  strict = null
  loose  = null
  needed = null
}
module "left_out" {
  source = "./child"
  needed = "n"
}
module "given" {
  source = "./child"
  strict = "s"
  loose  = "l"
  needed = "n"
}
output "all" { value = [module.given_null, module.left_out, module.given] }
