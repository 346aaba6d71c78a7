provider "aws" {
  region = "ap-northeast-1"
}

# Data that is known only after the apply: it is read then, and what depends on it waits.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  count = 2

  vpc_id            = aws_vpc.main.id
  availability_zone = "ap-northeast-1a"
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

data "aws_vpc" "read" {
  id         = aws_vpc.main.id
  depends_on = [aws_subnet.main]
}

data "aws_subnets" "read" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.read.id]
  }
}

data "aws_subnet" "each" {
  count = 2

  id = aws_subnet.main[count.index].id
}

resource "aws_security_group" "main" {
  name   = "deferred"
  vpc_id = data.aws_vpc.read.id

  ingress {
    from_port   = 8443
    to_port     = 8443
    protocol    = "tcp"
    cidr_blocks = [for subnet in data.aws_subnet.each : subnet.cidr_block]
  }

  tags = {
    range = data.aws_vpc.read.cidr_block
    count = length(data.aws_subnets.read.ids)
  }
}

output "zones" {
  value = distinct(data.aws_subnet.each[*].availability_zone_id)
}
