locals {
  a = { b = 1 }
  c = "x${local.a}"
  d = "x${[1]}"
}
