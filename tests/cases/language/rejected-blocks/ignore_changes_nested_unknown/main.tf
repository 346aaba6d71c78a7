resource "aws_security_group" "a" {
  lifecycle {
    ignore_changes = [tags.x.y, ingress.foo]
  }
}
