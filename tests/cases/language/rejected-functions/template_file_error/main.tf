locals {
  a = templatefile("${path.module}/a.tpl", { x = 1 })
}
