provider "aws" {
  region = "ap-northeast-1"
}

# Health checks, stickiness and attributes of target groups.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_lb_target_group" "plain" {
  vpc_id   = aws_vpc.main.id
  port     = 80
  protocol = "HTTP"
}

resource "aws_lb_target_group" "ip" {
  name                          = "ip"
  vpc_id                        = aws_vpc.main.id
  port                          = 8080
  protocol                      = "HTTP"
  protocol_version              = "HTTP1"
  target_type                   = "ip"
  deregistration_delay          = 45
  slow_start                    = 60
  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    enabled             = true
    path                = "/ready"
    port                = "traffic-port"
    protocol            = "HTTP"
    matcher             = "200"
    interval            = 20
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 4
  }

  stickiness {
    type            = "lb_cookie"
    cookie_duration = 7200
    enabled         = false
  }

  tags = { Name = "ips" }
}

resource "aws_lb_target_group" "tcp" {
  name        = "tcp"
  vpc_id      = aws_vpc.main.id
  port        = 3306
  protocol    = "TCP"
  target_type = "ip"

  health_check {
    protocol = "TCP"
    port     = 3306
  }
}
