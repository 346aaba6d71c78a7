provider "aws" {
  region = "ap-northeast-1"
}

# A port, a protocol or another VPC makes another group, before the old one goes: the listener still needs it.
variable "port" {
  type    = number
  default = 8080
}

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
  name            = "replaced"
  subnets         = aws_subnet.main[*].id
  security_groups = aws_security_group.main[*].id
}

resource "aws_lb_target_group" "main" {
  name_prefix = "web-"
  vpc_id      = aws_vpc.main.id
  port        = var.port
  protocol    = "HTTP"
  target_type = "ip"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "main" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }
}
