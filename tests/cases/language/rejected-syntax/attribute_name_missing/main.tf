locals {
  b = { c = 1 }
  a = local.b.
}
