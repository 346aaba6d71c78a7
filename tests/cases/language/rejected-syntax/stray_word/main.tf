locals {
  a = 1
}
hello
