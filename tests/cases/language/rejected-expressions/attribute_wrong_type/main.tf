resource "aws_vpc" "a" {
  cidr_block           = ["10.0.0.0/16"]
  enable_dns_support   = "maybe"
  tags                 = "x"
}
