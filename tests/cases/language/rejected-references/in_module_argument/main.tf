module "m" {
  source = "./m"
  a      = local.nowhere
}
