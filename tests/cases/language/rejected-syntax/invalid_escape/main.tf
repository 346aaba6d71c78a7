locals {
  a = "a\qb"
  b = "\u12"
}
