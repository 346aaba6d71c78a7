provider "aws" {
  region = "ap-northeast-1"
}

# Attributes of an application load balancer, then each changed in place.
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

resource "aws_lb" "main" {
  name                       = "main"
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = aws_subnet.main[*].id
  security_groups            = aws_security_group.main[*].id
  idle_timeout               = 30
  enable_http2               = false
  drop_invalid_header_fields = false
  preserve_host_header       = true
  ip_address_type            = "ipv4"
  desync_mitigation_mode     = "defensive"
  xff_header_processing_mode = "preserve"

  tags = { Name = "other" }
}

output "zone" {
  value = aws_lb.main.zone_id
}
