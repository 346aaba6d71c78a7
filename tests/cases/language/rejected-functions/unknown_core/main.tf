locals {
  a = core::uper("x")
}
