module "m" {
  source = "./m"
}
output "x" {
  value = module.m[0].x
}
