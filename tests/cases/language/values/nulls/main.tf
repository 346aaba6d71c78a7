# Null of every type, in every place.
variable "object" {
  type    = object({ a = string, b = optional(list(string)), c = optional(number, 1) })
  default = null
}
variable "list" {
  type    = list(string)
  default = null
}
locals {
  nothing = null
  typed   = tostring(null)
  list    = [null, "a", null]
  map     = { a = null, b = 1 }
}
resource "terraform_data" "null_input" { input = null }
resource "terraform_data" "typed_null" { input = local.typed }
resource "terraform_data" "deep" { input = { a = null, b = [null, local.typed], c = tolist([null, "x"]), d = tomap({ k = null, l = "m" }) } }
output "object" { value = var.object == null }
output "try" { value = try(var.object.a, "was null") }
output "coalesce" { value = coalesce(local.nothing, local.typed, "z") }
output "list" { value = [for x in local.list : x == null ? "none" : x] }
output "compact" { value = compact(tolist(local.list)) }
output "conditional" { value = var.list == null ? [] : var.list }
output "concat" { value = concat(local.list, var.list == null ? [] : var.list) }
output "splat" { value = [local.nothing[*], var.object[*].a] }
output "map" { value = merge(local.map, null, { c = null }) }
output "for" { value = { for k, v in local.map : k => v if v != null } }
