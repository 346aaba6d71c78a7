provider "aws" {
  region = "eu-west-1"
  assume_roles {
    role_arn = "arn:aws:iam::123456789012:role/x"
  }
}
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}
