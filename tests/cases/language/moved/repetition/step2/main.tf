resource "terraform_data" "to_count" {
  count = 2
  input = "a"
}
resource "terraform_data" "to_each" {
  for_each = { first = "b", second = "b" }
  input    = each.value
}
resource "terraform_data" "count_to_each" {
  for_each = { zero = "c0", one = "c1" }
  input    = each.value
}
resource "terraform_data" "each_to_single" { input = "d" }
module "m" {
  source   = "./child"
  for_each = toset(["k"])
}
module "n" {
  source   = "./child"
  for_each = toset(["a", "b"])
}
moved {
  from = terraform_data.to_count
  to   = terraform_data.to_count[1]
}
moved {
  from = terraform_data.to_each
  to   = terraform_data.to_each["first"]
}
moved {
  from = terraform_data.count_to_each[0]
  to   = terraform_data.count_to_each["zero"]
}
moved {
  from = terraform_data.count_to_each[1]
  to   = terraform_data.count_to_each["one"]
}
moved {
  from = terraform_data.each_to_single["k"]
  to   = terraform_data.each_to_single
}
moved {
  from = module.m
  to   = module.m["k"]
}
moved {
  from = module.n[0]
  to   = module.n["b"]
}
moved {
  from = module.n[1]
  to   = module.n["a"]
}
