# The values of for_each may be sensitive, and so may be what count has been computed from, if the mark is taken off.
variable "secrets" {
  type      = map(string)
  default   = { a = "1" }
  sensitive = true
}
resource "terraform_data" "each" {
  for_each = { for k in nonsensitive(keys(var.secrets)) : k => var.secrets[k] }
  input    = each.value
}
resource "terraform_data" "count" {
  count = nonsensitive(length(var.secrets))
  input = count.index
}
output "marked" {
  value     = values(terraform_data.each)[*].input
  sensitive = true
}
