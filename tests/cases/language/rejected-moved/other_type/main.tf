moved {
  from = terraform_data.a
  to   = aws_vpc.b
}
resource "aws_vpc" "b" {
  cidr_block = "10.0.0.0/16"
}
provider "aws" {
  region = "eu-west-1"
}
