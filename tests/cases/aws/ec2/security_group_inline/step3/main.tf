provider "aws" {
  region = "ap-northeast-1"
}

# Rules inside the groups: every kind of source, `self`, several ports, and one group that lets in another.
variable "offices" {
  type    = map(number)
  default = { "192.0.2.0/24" = 22, "198.51.100.0/24" = 2222 }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "front" {
  name        = "front"
  description = "What the world sees"
  vpc_id      = aws_vpc.main.id

  ingress {
    description      = "web"
    from_port        = 80
    to_port          = 80
    protocol         = "tcp"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "TCP"
    cidr_blocks = ["10.0.0.0/8", "192.168.0.0/16"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = { Name = "front" }
}

resource "aws_security_group" "back" {
  name_prefix            = "rear-"
  vpc_id                 = aws_vpc.main.id
  revoke_rules_on_delete = true

  ingress {
    from_port       = 3306
    to_port         = 3306
    protocol        = "6"
    security_groups = [aws_security_group.front.id]
    self            = true
  }

  dynamic "ingress" {
    for_each = var.offices

    content {
      description = "ssh from ${ingress.key}"
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = [ingress.key]
    }
  }

  timeouts {
    create = "2m"
  }
}
