locals {
  a = upper()
  b = replace("a", "b")
}
