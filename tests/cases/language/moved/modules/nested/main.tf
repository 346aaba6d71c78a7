module "inner" {
  source = "../child"
  name   = "n"
}
