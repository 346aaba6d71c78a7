# What is known of values that are not known.
resource "terraform_data" "a" { input = "x" }
locals {
  id  = terraform_data.a.id
  out = terraform_data.a.output
}
output "prefix_null" { value = "${local.id}-x" == null }
output "id_null" { value = local.id == null }
output "id_not_null" { value = local.id != null }
output "out_null" { value = local.out == null }
output "prefix_starts" { value = startswith("pre-${local.id}", "pre-") }
output "prefix_wrong" { value = startswith("pre-${local.id}", "post-") }
output "equal_prefix" { value = "pre-${local.id}" == "other" }
output "list_length" { value = length([local.id, local.out]) }
output "set_length" { value = length(toset([local.id, "b"])) }
output "map_length" { value = length({ a = local.id }) }
output "tolist_length" { value = length(tolist([local.id, "c"])) }
output "concat_length" { value = length(concat([local.id], ["b"])) }
output "in_list" { value = [local.id, "b"][1] }
output "index_unknown" { value = ["a", "b"][length(local.id)] }
output "contains" { value = contains(["a", local.id], "a") }
output "contains_unknown" { value = contains(["a", local.id], "b") }
output "coalesce" { value = coalesce("a", local.id) }
output "coalesce_unknown" { value = coalesce(null, local.id, "z") }
output "try" { value = try(local.id, "fallback") }
output "can" { value = can(local.id) }
output "lookup" { value = lookup({ a = "1", b = local.id }, "a", "d") }
output "merge" { value = merge({ a = 1 }, { b = local.id }) }
output "keys" { value = keys({ a = local.id, b = 2 }) }
output "values" { value = values({ a = local.id, b = 2 }) }
output "jsonencode" { value = jsonencode({ a = local.id }) }
output "jsonencode_is_text" { value = startswith(jsonencode({ a = local.id }), "{") }
output "format" { value = format("x-%s", local.id) }
output "format_starts" { value = startswith(format("x-%s", local.id), "x") }
output "join" { value = join(",", ["a", local.id]) }
output "element" { value = element(["a", local.id], 0) }
output "slice" { value = slice(["a", local.id, "c"], 0, 1) }
output "flatten" { value = flatten([["a"], [local.id]]) }
output "zipmap" { value = zipmap(["a", "b"], [local.id, "x"]) }
output "sort" { value = sort(["b", local.id]) }
output "toset" { value = toset(["a", local.id]) }
output "distinct" { value = distinct(["a", "a", local.id]) }
output "compact" { value = compact(["a", local.id]) }
output "one" { value = one([local.id]) }
output "range_length" { value = length(range(3)) }
output "type_of_sum" { value = sum([1, length(local.id)]) }
output "uuid_known" { value = length(local.id) >= 0 }
output "md5" { value = length(md5(local.id)) }
output "splat" { value = local.out[*] }
output "null_or" { value = local.id == null ? "null" : "not null" }
