resource "aws_lb_listener" "a" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/1"
  dynamic "default_action" {
    for_each = [1]
    content {
      type = "forward"
    }
    content {
      type = "forward"
    }
  }
}
