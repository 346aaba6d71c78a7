locals {
  b = "
}
