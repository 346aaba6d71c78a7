provider "aws" {
  region = "ap-northeast-1"
}

# Every argument of a VPC that needs no other service, then each changed in place.
resource "aws_vpc" "main" {
  cidr_block                           = "10.20.0.0/16"
  instance_tenancy                     = "default"
  enable_dns_support                   = true
  enable_dns_hostnames                 = true
  enable_network_address_usage_metrics = true

  tags = {
    Name = "first"
    team = "web"
  }
}

resource "aws_vpc" "plain" {
  cidr_block = "10.21.0.0/16"
}

output "main" {
  value = {
    arn   = aws_vpc.main.arn
    owner = aws_vpc.main.owner_id
    main  = aws_vpc.main.main_route_table_id
  }
}
