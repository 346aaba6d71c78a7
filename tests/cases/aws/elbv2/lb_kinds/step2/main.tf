provider "aws" {
  region = "ap-northeast-1"
}

# Two load balancers by other ways of naming: a prefix, and subnet mappings.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "main" {
  count = 2

  vpc_id            = aws_vpc.main.id
  availability_zone = ["ap-northeast-1a", "ap-northeast-1c"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_security_group" "main" {
  count = 2

  name   = "main-${count.index}"
  vpc_id = aws_vpc.main.id
}

resource "aws_lb" "prefixed" {
  name_prefix     = "web-"
  subnets         = aws_subnet.main[*].id
  security_groups = aws_security_group.main[*].id

  tags = { Name = "prefixed" }
}

resource "aws_lb" "network" {
  name               = "network"
  load_balancer_type = "network"
  internal           = true

  dynamic "subnet_mapping" {
    for_each = aws_subnet.main

    content {
      subnet_id = subnet_mapping.value.id
    }
  }

  enable_cross_zone_load_balancing = false
}
