provider "aws" {
  region = "ap-northeast-1"
}

# Every kind of default action, changed from one to another in place.
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
  name            = "listeners"
  subnets         = aws_subnet.main[*].id
  security_groups = aws_security_group.main[*].id
}

resource "aws_lb_target_group" "main" {
  for_each = toset(["blue", "green"])

  name     = each.key
  vpc_id   = aws_vpc.main.id
  port     = 80
  protocol = "HTTP"
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_302"
    }
  }
}

resource "aws_lb_listener" "fixed" {
  load_balancer_arn = aws_lb.main.arn
  port              = 9090

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "not here"
      status_code  = "410"
    }
  }

  tags = { Name = "fixed" }
}

resource "aws_lb_listener" "weighted" {
  load_balancer_arn = aws_lb.main.arn
  port              = 8081
  protocol          = "HTTP"

  default_action {
    type  = "forward"
    order = 1

    forward {
      target_group {
        arn    = aws_lb_target_group.main["blue"].arn
        weight = 50
      }

      target_group {
        arn    = aws_lb_target_group.main["green"].arn
        weight = 50
      }

      stickiness {
        enabled  = true
        duration = 600
      }
    }
  }
}
