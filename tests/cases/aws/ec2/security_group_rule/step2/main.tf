provider "aws" {
  region = "ap-northeast-1"
}

# The older rule resource: every kind of source; a description changes in place, anything else makes another rule.
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

resource "aws_security_group_rule" "web" {
  type              = "ingress"
  security_group_id = aws_security_group.main.id
  from_port         = 80
  to_port           = 80
  protocol          = "tcp"
  cidr_blocks       = ["10.0.0.0/8", "192.168.0.0/16"]
  description       = "the web"
}

resource "aws_security_group_rule" "other" {
  type                     = "ingress"
  security_group_id        = aws_security_group.main.id
  from_port                = 5432
  to_port                  = 5432
  protocol                 = "tcp"
  source_security_group_id = aws_security_group.other.id
}

resource "aws_security_group_rule" "self" {
  type              = "ingress"
  security_group_id = aws_security_group.main.id
  from_port         = 0
  to_port           = 65535
  protocol          = "udp"
  self              = true
}

resource "aws_security_group_rule" "six" {
  type              = "egress"
  security_group_id = aws_security_group.main.id
  from_port         = 0
  to_port           = 0
  protocol          = "-1"
  ipv6_cidr_blocks  = ["::/0"]
}

resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.main.id
  from_port         = 0
  to_port           = 0
  protocol          = "all"
  cidr_blocks       = ["0.0.0.0/0"]
}
