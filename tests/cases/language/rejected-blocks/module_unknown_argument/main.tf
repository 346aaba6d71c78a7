module "m" {
  source = "./m"
  nmae   = 1
}
