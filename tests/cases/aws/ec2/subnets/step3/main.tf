provider "aws" {
  region = "ap-northeast-1"
}

# count grows and shrinks, for_each swaps a key, and a subnet moves to another zone.
variable "zones" {
  type    = list(string)
  default = ["ap-northeast-1d"]
}

locals {
  named = {
    web      = { zone = "ap-northeast-1a", number = 10 }
    "data/1" = { zone = "ap-northeast-1c", number = 11 }
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "counted" {
  count = length(var.zones)

  vpc_id            = aws_vpc.main.id
  availability_zone = var.zones[count.index]
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_subnet" "named" {
  for_each = local.named

  vpc_id                  = aws_vpc.main.id
  availability_zone       = each.value.zone
  cidr_block              = cidrsubnet(aws_vpc.main.cidr_block, 8, each.value.number)
  map_public_ip_on_launch = each.key == "web"

  tags = { Name = each.key }
}

output "ids" {
  value = concat(aws_subnet.counted[*].id, values(aws_subnet.named)[*].id)
}
