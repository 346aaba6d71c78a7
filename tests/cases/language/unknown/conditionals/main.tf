# Conditionals with unknown conditions and branches: types unify, and what both branches share is known.
resource "terraform_data" "a" { input = "x" }
locals {
  unknown = terraform_data.a.output == "x"
  id      = terraform_data.a.id
}
output "strings" { value = local.unknown ? "a" : "b" }
output "known_true" { value = true ? "a" : local.id }
output "known_false" { value = false ? local.id : "b" }
output "same" { value = local.unknown ? "same" : "same" }
output "prefix" { value = local.unknown ? "pre-a" : "pre-b" }
output "prefix_starts" { value = startswith(local.unknown ? "pre-a" : "pre-b", "pre-") }
output "not_null" { value = (local.unknown ? "a" : "b") == null }
output "maybe_null" { value = (local.unknown ? "a" : null) == null }
output "lists" { value = local.unknown ? tolist(["a"]) : tolist(["b", "c"]) }
output "lists_length" { value = length(local.unknown ? tolist(["a"]) : tolist(["b", "c"])) }
output "same_length" { value = length(local.unknown ? tolist(["a", "x"]) : tolist(["b", "c"])) }
output "tuples" { value = local.unknown ? ["a", 1] : ["b", 2] }
output "objects" { value = local.unknown ? { a = 1, b = "x" } : { a = 2, b = "y" } }
output "object_attr" { value = (local.unknown ? { a = 1, b = "x" } : { a = 1, b = "y" }).a }
output "numbers" { value = (local.unknown ? 1 : 2) < 10 }
output "number_and_text" { value = local.unknown ? 1 : "b" }
output "null_branch" { value = local.unknown ? null : "b" }
output "empty_list" { value = local.unknown ? [] : ["a"] }
output "and_false" { value = local.unknown && false }
output "false_and" { value = false && local.unknown }
output "or_true" { value = local.unknown || true }
output "true_or" { value = true || local.unknown }
output "not" { value = !local.unknown }
output "for_if" { value = [for x in ["a", "b"] : x if local.unknown] }
output "for_unknown_list" { value = [for x in(local.unknown ? tolist(["a"]) : tolist([])) : upper(x)] }
output "for_map_value" { value = { for k in ["a", "b"] : k => local.id } }
output "for_map_key" { value = { for k in ["a", local.id] : k => 1 } }
