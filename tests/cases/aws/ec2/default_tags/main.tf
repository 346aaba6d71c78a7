# Provider-wide tags: merged, overridden, and the same tag twice.
provider "aws" {
  region = "ap-northeast-1"

  default_tags {
    tags = {
      project = "tags"
      stage   = "test"
    }
  }
}

resource "aws_vpc" "plain" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "merged" {
  cidr_block = "10.1.0.0/16"
  tags       = { Name = "merged" }
}

resource "aws_vpc" "overridden" {
  cidr_block = "10.2.0.0/16"
  tags       = { stage = "production" }
}

resource "aws_security_group" "ignored" {
  name   = "ignored"
  vpc_id = aws_vpc.plain.id
  tags   = { owner = "nobody" }

  lifecycle {
    ignore_changes = [tags["owner"], description]
  }
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.ignored.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

output "all" {
  value = [aws_vpc.plain.tags_all, aws_vpc.merged.tags_all, aws_vpc.overridden.tags_all]
}
