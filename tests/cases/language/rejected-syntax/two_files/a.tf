locals {
  a = [1
}
