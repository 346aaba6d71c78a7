locals {
  a = 'hello'
}
