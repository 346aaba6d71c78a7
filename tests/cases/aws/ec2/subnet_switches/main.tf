provider "aws" {
  region = "ap-northeast-1"
}

# The switches of a subnet, set at creation, then changed in place.
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "main" {
  vpc_id                  = aws_vpc.main.id
  availability_zone_id    = "apne1-az4"
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = true

  tags = {
    Name  = "switches"
    empty = ""
  }

  timeouts {
    create = "3m"
    delete = "4m"
  }
}
