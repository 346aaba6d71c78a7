# Imports by id, with an index, an expression as id, into modules, and for each of a map.
locals {
  ids = { a = "id-a", b = "id-b" }
}
variable "suffix" { default = "x" }
resource "terraform_data" "plain" {}
resource "terraform_data" "many" { count = 2 }
resource "terraform_data" "each" { for_each = local.ids }
module "m" { source = "./child" }
import {
  to = terraform_data.plain
  id = "plain-${var.suffix}"
}
import {
  to = terraform_data.many[1]
  id = "second"
}
import {
  for_each = local.ids
  to       = terraform_data.each[each.key]
  id       = each.value
}
import {
  to = module.m.terraform_data.in
  id = "in"
}
output "id" { value = terraform_data.plain.id }
