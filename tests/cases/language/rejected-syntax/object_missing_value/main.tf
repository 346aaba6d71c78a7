locals {
  a = { b = }
}
