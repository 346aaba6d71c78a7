module "m" {
  source = "./nowhere"
}
output "x" {
  value = module.m.a
}
