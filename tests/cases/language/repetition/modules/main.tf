# Modules with count and for_each, whole modules, splats over them, and modules in modules.
module "counted" {
  source = "./child"
  count  = 2
  name   = "c${count.index}"
}
module "keyed" {
  source   = "./child"
  for_each = toset(["a", "b"])
  name     = each.key
}
module "single" {
  source = "./child"
  name   = "s"
}
module "none" {
  source = "./child"
  count  = 0
  name   = "n"
}
output "splat" { value = module.counted[*].name }
output "whole_counted" { value = module.counted }
output "whole_keyed" { value = module.keyed }
output "whole_single" { value = module.single }
output "index" { value = module.counted[1].deep.grand }
output "key" { value = module.keyed["a"].deep }
output "for" { value = { for k, m in module.keyed : k => m.name } }
output "values" { value = values(module.keyed)[*].name }
output "none" { value = length(module.none) }
output "ids" { value = module.counted[*].id }
