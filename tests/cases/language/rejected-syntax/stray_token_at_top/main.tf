locals {
  a = 1
}
= 3
