provider "aws" {
  region = "ap-northeast-1"
}

# Another range means another VPC; what stands in it is made anew with it.
variable "range" {
  type    = string
  default = "10.1.0.0/16"
}

resource "aws_vpc" "main" {
  cidr_block                       = var.range
  assign_generated_ipv6_cidr_block = true
}

resource "aws_subnet" "main" {
  vpc_id            = aws_vpc.main.id
  availability_zone = "ap-northeast-1c"
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, 1)
}
