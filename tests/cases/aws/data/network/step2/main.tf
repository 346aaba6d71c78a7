provider "aws" {
  region = "ap-northeast-1"
}

# Look-ups of a network that stands: by id, by tag, by filter, and what the account has by itself.
variable "look" {
  type    = bool
  default = true
}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "looked-up" }
}

resource "aws_subnet" "main" {
  for_each = { a = "10.0.1.0/24", c = "10.0.2.0/24" }

  vpc_id            = aws_vpc.main.id
  availability_zone = "ap-northeast-1${each.key}"
  cidr_block        = each.value
  tags              = { tier = each.key == "a" ? "public" : "private" }
}

resource "aws_security_group" "main" {
  name   = "looked-up"
  vpc_id = aws_vpc.main.id
}

data "aws_vpc" "default" {
  default = true
}

data "aws_vpc" "tagged" {
  count = var.look ? 1 : 0

  tags = { Name = "looked-up" }
}

data "aws_vpc" "by_range" {
  count = var.look ? 1 : 0

  filter {
    name   = "cidr"
    values = ["10.0.0.0/16"]
  }
}

data "aws_subnet" "by_id" {
  id = aws_subnet.main["a"].id
}

data "aws_subnet" "by_filter" {
  count = var.look ? 1 : 0

  vpc_id            = aws_vpc.main.id
  availability_zone = "ap-northeast-1c"
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.main.id]
  }

  tags = { tier = "private" }
}

data "aws_security_group" "by_name" {
  count = var.look ? 1 : 0

  vpc_id = aws_vpc.main.id
  name   = "looked-up"
}

data "aws_security_group" "by_id" {
  id = aws_security_group.main.id
}

output "found" {
  value = {
    vpc     = data.aws_vpc.tagged[*].main_route_table_id
    default = data.aws_vpc.default.cidr_block
    subnets = length(data.aws_subnets.private.ids)
    group   = data.aws_security_group.by_name[*].arn
  }
}
