# for_each over maps, objects and sets, and every way to refer to the instances.
variable "names" {
  type    = set(string)
  default = ["x", "y z", "ü\"q"]
}
resource "terraform_data" "map" {
  for_each = { b = { size = 2 }, a = { size = 1 } }
  input    = { key = each.key, size = each.value.size }
}
resource "terraform_data" "object" {
  for_each = { one = "text", two = 2, three = [true] }
  input    = each.value
}
resource "terraform_data" "set" {
  for_each = var.names
  input    = "${each.key}=${each.value}"
}
resource "terraform_data" "chained" {
  for_each = terraform_data.map
  input    = each.value.input.size * 10
}
resource "terraform_data" "empty" {
  for_each = {}
  input    = "never"
}
resource "terraform_data" "converted" {
  for_each = toset([for n in ["p", "q", "p"] : upper(n)])
  input    = each.value
}
output "one" { value = terraform_data.map["a"].input.size }
output "number_key" { value = terraform_data.numbered[1].input }
output "values" { value = values(terraform_data.map)[*].input.size }
output "for" { value = { for k, v in terraform_data.set : k => v.input } }
output "keys" { value = keys(terraform_data.set) }
output "whole" { value = terraform_data.object }
output "computed" { value = [for k in ["a", "b"] : terraform_data.map[k].input.key] }
output "empty" { value = terraform_data.empty }
output "chained" { value = { for k, v in terraform_data.chained : k => v.input } }
output "lookup" { value = lookup(terraform_data.map, "zzz", null) == null }
output "splat_of_map" { value = terraform_data.empty[*] }
resource "terraform_data" "numbered" {
  for_each = toset(["1", "2"])
  input    = each.key
}
