resource "aws_security_group" "a" {
  ingress = [{ from_port = 1 }]
}
