resource "terraform_data" "b" {
}
module "m" {
  source = "./m"
  count  = terraform_data.b.id == "x" ? 1 : 0
}
