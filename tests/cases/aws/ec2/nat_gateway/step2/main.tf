provider "aws" {
  region = "ap-northeast-1"
}

# Addresses and gateways: public, private, and a gateway that is replaced before its old one goes.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "way out" }
}

resource "aws_subnet" "main" {
  count = 2

  vpc_id            = aws_vpc.main.id
  availability_zone = "ap-northeast-1a"
  cidr_block        = "10.0.${count.index}.0/24"
}

resource "aws_eip" "nat" {
  domain     = "vpc"
  tags       = { Name = "nat" }
  depends_on = [aws_internet_gateway.main]
}

resource "aws_nat_gateway" "public" {
  allocation_id = aws_eip.nat.allocation_id
  subnet_id     = aws_subnet.main[0].id
  tags          = { Name = "renamed" }
  depends_on    = [aws_internet_gateway.main]
}

resource "aws_nat_gateway" "private" {
  connectivity_type = "private"
  subnet_id         = aws_subnet.main[1].id

  lifecycle {
    create_before_destroy = true
  }
}

output "address" {
  value = aws_eip.nat.public_ip == aws_nat_gateway.public.public_ip
}
