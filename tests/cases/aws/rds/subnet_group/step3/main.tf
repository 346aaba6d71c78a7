provider "aws" {
  region = "ap-northeast-1"
}

# Subnet groups: named, prefixed, with another set of subnets in place, and under another name.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  count = 3

  vpc_id            = aws_vpc.main.id
  availability_zone = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_db_subnet_group" "named" {
  name       = "renamed"
  subnet_ids = slice(aws_subnet.main[*].id, 0, 2)
}

resource "aws_db_subnet_group" "prefixed" {
  name_prefix = "db-"
  description = "Prefixed"
  subnet_ids  = aws_subnet.main[*].id
  tags        = { Name = "prefixed" }
}
