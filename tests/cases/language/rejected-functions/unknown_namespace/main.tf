locals {
  a = foo::bar("x")
}
