# Locals refer to each other in any order, over several blocks and files.
locals {
  c = "${local.b}-c"
  a = "a"
}
locals {
  b    = "${local.a}-b"
  self = { for k, v in { x = local.c } : k => upper(v) }
}
output "all" { value = [local.a, local.b, local.c, local.self, local.late] }
