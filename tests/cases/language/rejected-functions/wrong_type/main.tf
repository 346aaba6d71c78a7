locals {
  a = upper(["x"])
  b = length(5)
  c = max("x")
  d = keys("x")
}
