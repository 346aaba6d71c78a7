provider "aws" {
  region = "ap-northeast-1"
}

# Who and where we are.
data "aws_caller_identity" "me" {}

data "aws_region" "here" {}

data "aws_region" "there" {
  name = "us-west-2"
}

data "aws_partition" "current" {}

data "aws_availability_zones" "all" {
  state = "available"
}

data "aws_availability_zones" "some" {
  filter {
    name   = "zone-name"
    values = ["ap-northeast-1a", "ap-northeast-1d"]
  }
}

data "aws_availability_zones" "rest" {
  exclude_names = ["ap-northeast-1a"]
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"

  tags = {
    account = data.aws_caller_identity.me.account_id
    region  = data.aws_region.here.name
    zones   = join(" ", data.aws_availability_zones.all.names)
  }
}

output "all" {
  value = {
    arn       = data.aws_caller_identity.me.arn
    region    = [data.aws_region.here.description, data.aws_region.there.endpoint]
    partition = [data.aws_partition.current.partition, data.aws_partition.current.dns_suffix, data.aws_partition.current.reverse_dns_prefix]
    some      = data.aws_availability_zones.some.zone_ids
    rest      = data.aws_availability_zones.rest.names
  }
}
