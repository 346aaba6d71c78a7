module "m" {
  source = "./two"
  value  = "override"
}
module "n" {
  count = 2
  source = "./one"
  value = "n${count.index}"
}
