locals {
  a = uper("x")
  b = nothing_like_it("x")
}
