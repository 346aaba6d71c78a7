import {
  to = local.a
  id = "x"
}
locals {
  a = 1
}
