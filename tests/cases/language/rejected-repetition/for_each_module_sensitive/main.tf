module "m" {
  source   = "./m"
  for_each = sensitive({ a = 1 })
}
