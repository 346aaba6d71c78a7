locals {
  a = { b, c }
}
