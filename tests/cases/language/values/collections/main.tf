# Sets, maps and lists as values of a resource: order, types and changes.
variable "more" { default = false }
locals {
  set    = var.more ? toset(["c", "b", "a"]) : toset(["b", "a"])
  map    = tomap({ z = [1], a = [2, 3] })
  nested = toset([{ a = 1, b = toset(["y", "x"]) }, { a = 0, b = toset([]) }])
}
resource "terraform_data" "a" { input = { set = local.set, map = local.map, nested = local.nested, tuple = [1, "a", [true]] } }
resource "terraform_data" "empty" { input = [tolist([]), toset([]), tomap({}), [], {}] }
output "set" { value = local.set }
output "nested" { value = local.nested }
output "union" { value = setunion(local.set, ["q"]) }
output "product" { value = setproduct(["a", "b"], local.set) }
