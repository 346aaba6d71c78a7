locals {
  a = path.here
}
