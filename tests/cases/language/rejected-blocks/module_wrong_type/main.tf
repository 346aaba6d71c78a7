module "m" {
  source = "./m"
  list   = "x"
  number = "y"
  object = { a = 1 }
}
