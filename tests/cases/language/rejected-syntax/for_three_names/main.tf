locals {
  a = [for x, y, z in [1] : x]
}
