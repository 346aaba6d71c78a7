provider "aws" {
  region = "ap-northeast-1"
}

# The newer rule resources: one source each, and changes in place.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "other" {
  name   = "other"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  for_each = { http = 80, https = 8443 }

  security_group_id = aws_security_group.main.id
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = each.value
  to_port           = each.value
  ip_protocol       = "tcp"
  description       = upper(each.key)

  tags = { Name = each.key }
}

resource "aws_vpc_security_group_ingress_rule" "other" {
  security_group_id            = aws_security_group.main.id
  referenced_security_group_id = aws_security_group.other.id
  from_port                    = 3306
  to_port                      = 3306
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "six" {
  security_group_id = aws_security_group.main.id
  cidr_ipv6         = "2001:db8::/32"
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.main.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
