# Legacy indexes and splats, and attribute splats over nested lists.
locals {
  objects = [{ name = "a", tags = [{ k = 1 }, { k = 2 }] }, { name = "b", tags = [] }]
  single  = { name = "s", list = ["x", "y"] }
  nothing = null
  nested  = [[1, 2], [3]]
}
output "dot_index" { value = local.objects.0.name }
output "dot_index_deep" { value = local.objects.0.tags.1.k }
output "attr_splat" { value = local.objects.*.name }
output "attr_splat_index" { value = local.objects.*.tags.0 == null ? 1 : 2 }
output "full_splat_index" { value = local.objects[*].name[0] }
output "attr_splat_then_index" { value = local.objects.*.name[0] }
output "splat_of_single" { value = local.single[*].name }
output "splat_of_null" { value = local.nothing[*] }
output "legacy_of_null" { value = local.nothing.* }
output "nested_splat" { value = local.objects[*].tags[*].k }
output "splat_call" { value = [for o in local.objects : o.tags[*].k] }
output "of_tuple" { value = local.nested[*][0] }
output "of_set" { value = toset(["a", "b"])[*] }
output "of_call" { value = values({ a = { x = 1 }, b = { x = 2 } })[*].x }
output "paren" { value = (local.single).list[1] }
output "string_index" { value = local.single["list"]["1"] }
