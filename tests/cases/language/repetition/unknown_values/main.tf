# Values of for_each may be unknown as long as its keys are known.
resource "terraform_data" "source" { input = "x" }
resource "terraform_data" "each" {
  for_each = { a = terraform_data.source.id, b = "known" }
  input    = each.value
}
resource "terraform_data" "for" {
  for_each = { for k, v in terraform_data.each : "k-${k}" => v.output }
  input    = [each.key, each.value]
}
resource "terraform_data" "count" {
  count = length([terraform_data.source.id, "b"])
  input = count.index
}
output "each" { value = { for k, v in terraform_data.each : k => v.input } }
output "count" { value = terraform_data.count[*].input }
