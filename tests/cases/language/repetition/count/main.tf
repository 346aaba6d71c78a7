# count of every kind, and every form of index and splat over the instances.
variable "on" { default = true }
resource "terraform_data" "many" {
  count = 3
  input = "n${count.index}"
}
resource "terraform_data" "text_count" {
  count = "2"
  input = count.index + 1
}
resource "terraform_data" "none" {
  count = 0
  input = "never"
}
resource "terraform_data" "switch" {
  count = var.on ? 1 : 0
  input = "on"
}
output "one" { value = terraform_data.many[1].input }
output "computed" { value = terraform_data.many[length(terraform_data.many) - 1].input }
output "text_index" { value = terraform_data.many["2"].input }
output "full_splat" { value = terraform_data.many[*].input }
output "legacy_splat" { value = terraform_data.many.*.input }
output "legacy_index" { value = terraform_data.many.0.input }
output "legacy_splat_index" { value = terraform_data.many.*.input[1] }
output "splat_of_none" { value = terraform_data.none[*].input }
output "length_of_none" { value = length(terraform_data.none) }
output "one_of" { value = one(terraform_data.switch[*].input) }
output "one_of_none" { value = one(terraform_data.none[*].input) == null }
output "try_none" { value = try(terraform_data.none[0].input, "fallback") }
output "whole" { value = terraform_data.many }
output "ids" { value = terraform_data.many[*].id }
output "slice" { value = slice(terraform_data.many, 0, 2)[*].input }
