locals {
  x = 1
}
moved {
  from = local.y
  to   = local.x
}
