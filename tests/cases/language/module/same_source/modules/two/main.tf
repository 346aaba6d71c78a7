module "one" {
  source = "../one"
  value  = "from two"
}
output "value" { value = module.one.value }
