provider "aws" {
  region = "eu-west-1"
}
resource "aws_vpc" "a" {
  provider   = aws.west
  cidr_block = "10.0.0.0/16"
}
