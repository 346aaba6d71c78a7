resource "aws_security_group" "a" {
  dynamic "ingres" {
    for_each = [1]
    content {
    }
  }
}
