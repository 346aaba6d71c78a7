locals {
  a = upper(null)
  b = length(null)
}
