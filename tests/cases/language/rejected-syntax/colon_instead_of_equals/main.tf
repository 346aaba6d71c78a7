locals {
  a : 1
}
