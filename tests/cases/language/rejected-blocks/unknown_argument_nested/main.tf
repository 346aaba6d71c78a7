resource "aws_security_group" "a" {
  ingress {
    from_port   = 1
    to_port     = 2
    protocol    = "tcp"
    cidr_block = ["10.0.0.0/8"]
  }
}
