moved {
  from = terraform_data.a
  to   = module.m
}
module "m" {
  source = "./m"
}
