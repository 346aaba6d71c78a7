locals {
  a = var.nowhere
  b = local.nowhere
  c = module.nowhere.x
  d = terraform_data.nowhere
  e = data.aws_region.nowhere
  f = nowhere.x
  g = nowhere
}
