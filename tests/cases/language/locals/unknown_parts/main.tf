# What is known of a local stays known where other parts of it are not.
resource "terraform_data" "a" { input = "x" }
locals {
  object = { known = "k", id = terraform_data.a.id, list = [terraform_data.a.id, "second"] }
  merged = merge(local.object, { more = 1 })
  mapped = { for k, v in { a = terraform_data.a.id, b = "y" } : upper(k) => v }
}
output "known" { value = local.object.known }
output "second" { value = local.object.list[1] }
output "merged" { value = local.merged }
output "keys" { value = keys(local.mapped) }
output "mapped" { value = local.mapped }
output "length" { value = length(local.object.list) }
output "joined" { value = join(",", local.object.list) }
output "tolist" { value = tolist(local.object.list) }
output "toset" { value = toset(local.object.list) }
