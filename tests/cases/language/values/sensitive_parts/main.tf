# Marks in parts of values, through for, splat, functions and conditionals.
variable "secret" {
  default   = "s"
  sensitive = true
}
locals {
  object = { open = 1, closed = var.secret }
  list   = ["a", var.secret]
}
resource "terraform_data" "object" { input = local.object }
resource "terraform_data" "list" { input = local.list }
resource "terraform_data" "for" { input = [for x in local.list : "<${x}>"] }
resource "terraform_data" "map" { input = { for k, v in local.object : k => v } }
resource "terraform_data" "merged" { input = merge(local.object, { more = true }) }
resource "terraform_data" "set" { input = toset(local.list) }
resource "terraform_data" "json" { input = jsonencode(local.object) }
resource "terraform_data" "keys" { input = keys(local.object) }
resource "terraform_data" "values" { input = values(local.object) }
resource "terraform_data" "conditional" { input = true ? local.object : { open = 2, closed = "x" } }
resource "terraform_data" "splat" { input = [local.object][*].closed }
resource "terraform_data" "attr" { input = local.object.open }
resource "terraform_data" "tolist" { input = tolist(local.list) }
resource "terraform_data" "concat" { input = concat(local.list, ["b"]) }
resource "terraform_data" "lookup" { input = lookup(local.object, "open", 0) }
resource "terraform_data" "length" { input = length(local.list) }
resource "terraform_data" "template" { input = "${local.object.open}-${local.list[0]}" }
resource "terraform_data" "try" { input = try(local.object.nothing, var.secret) }
resource "terraform_data" "flatten" { input = flatten([local.list, [["c"]]]) }
resource "terraform_data" "zipmap" { input = zipmap(["a", "b"], local.list) }
resource "terraform_data" "output" { input = terraform_data.object.output }
