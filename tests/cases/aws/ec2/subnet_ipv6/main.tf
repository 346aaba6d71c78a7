provider "aws" {
  region = "ap-northeast-1"
}

# IPv6 and the switches of a subnet, set at creation and changed in place.
resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
  enable_dns_hostnames             = true
}

resource "aws_subnet" "main" {
  vpc_id                          = aws_vpc.main.id
  availability_zone_id            = "apne1-az4"
  cidr_block                      = "10.0.1.0/24"
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 1)
  assign_ipv6_address_on_creation = true
  map_public_ip_on_launch         = true

  tags = {
    Name  = "dual"
    empty = ""
  }

  timeouts {
    create = "3m"
    delete = "4m"
  }
}
