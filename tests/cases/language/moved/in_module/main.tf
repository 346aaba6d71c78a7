# A moved block inside of a module holds for all its instances.
module "m" {
  source = "./child"
  count  = 2
}
