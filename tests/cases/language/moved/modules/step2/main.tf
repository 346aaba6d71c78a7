module "new" {
  source = "./child"
  name   = "o"
}
module "receiver" {
  source = "./child"
  name   = "i"
}
resource "terraform_data" "outside" { input = "p" }
module "flat" {
  source = "./child"
  name   = "n"
}
moved {
  from = module.old
  to   = module.new
}
moved {
  from = terraform_data.into
  to   = module.receiver.terraform_data.in
}
moved {
  from = module.out.terraform_data.in
  to   = terraform_data.outside
}
moved {
  from = module.nested.module.inner
  to   = module.flat
}
