locals {
  a = provider::aws("x")
}
