provider "aws" {
  region = "ap-northeast-1"
}

# A subnet changes its table, and the main table of the VPC changes and is given back.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "main" {
  for_each = toset(["a", "c"])

  vpc_id            = aws_vpc.main.id
  availability_zone = "ap-northeast-1${each.key}"
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, each.key == "a" ? 1 : 2)
}

resource "aws_route_table" "main" {
  count = 2

  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "subnet" {
  for_each = aws_subnet.main

  subnet_id      = each.value.id
  route_table_id = aws_route_table.main[0].id
}

