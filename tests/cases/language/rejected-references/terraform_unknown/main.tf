locals {
  a = terraform.versio
}
