locals {
  a = templatefile("${path.module}/a.tpl", { "a b" = 1 })
}
