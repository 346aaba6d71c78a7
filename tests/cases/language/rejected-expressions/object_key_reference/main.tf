locals {
  x = "k"
  a = { local.x = 1 }
}
