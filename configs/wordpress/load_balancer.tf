resource "aws_lb" "main" {
  name               = "${var.name}-alb"
  load_balancer_type = "application"
  subnets            = [for key in sort(keys(aws_subnet.public)) : aws_subnet.public[key].id]
  security_groups    = [aws_security_group.load_balancer.id]
}

resource "aws_lb_target_group" "wordpress" {
  name        = "${var.name}-wordpress"
  vpc_id      = aws_vpc.main.id
  port        = 80
  protocol    = "HTTP"
  target_type = "ip" # a Fargate task has an address of its own and no instance

  health_check {
    path    = "/"
    matcher = "200,302" # WordPress answers 302 until it has been set up
  }

  dynamic "stickiness" {
    for_each = var.sticky_sessions ? ["lb_cookie"] : []

    content {
      type = stickiness.value
    }
  }
}

# No certificate yet, so no HTTPS.
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.wordpress.arn
  }
}
