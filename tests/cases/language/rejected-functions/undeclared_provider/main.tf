locals {
  a = provider::nothing::f("x")
}
