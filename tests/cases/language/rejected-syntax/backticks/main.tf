locals {
  a = `hello`
}
