import {
  to = module.m
  id = "x"
}
module "m" {
  source = "./m"
}
