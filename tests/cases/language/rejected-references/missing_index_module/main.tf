module "m" {
  source = "./m"
  count  = 2
}
output "x" {
  value = module.m.x
}
