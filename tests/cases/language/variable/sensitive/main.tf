# The mark of a variable spreads through expressions, and goes away where nonsensitive says so.
variable "secret" {
  type      = string
  default   = "hunter2"
  sensitive = true
}
variable "map" {
  type      = map(string)
  default   = { a = "1", b = "2" }
  sensitive = true
}
resource "terraform_data" "whole" { input = var.secret }
resource "terraform_data" "part" { input = { open = "o", closed = var.secret, deep = [1, "x-${var.secret}"] } }
resource "terraform_data" "condition" { input = var.secret == "x" ? "yes" : "no" }
resource "terraform_data" "length" { input = length(var.secret) }
resource "terraform_data" "map" { input = [for k, v in var.map : "${k}=${v}"] }
resource "terraform_data" "keys" { input = keys(var.map) }
resource "terraform_data" "each" {
  for_each = nonsensitive(toset(keys(var.map)))
  input    = var.map[each.key]
}
resource "terraform_data" "triggers" { triggers_replace = [var.secret] }
output "open" { value = nonsensitive(length(var.secret)) }
output "closed" {
  value     = { a = var.secret, b = 1 }
  sensitive = true
}
output "not_secret" {
  value     = "plain"
  sensitive = true
}
output "is" { value = [issensitive(var.secret), issensitive("x"), issensitive(sensitive(1)), issensitive([var.secret])] }
