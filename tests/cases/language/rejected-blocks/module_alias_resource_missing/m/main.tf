resource "aws_vpc" "a" {
  provider   = aws.x
  cidr_block = "10.0.0.0/16"
}
