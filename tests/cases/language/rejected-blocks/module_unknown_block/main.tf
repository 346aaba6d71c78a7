module "m" {
  source = "./m"
  settings {
  }
}
