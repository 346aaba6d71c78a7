# Nested blocks of a kind replace all of that kind; provider arguments merge; check and validation blocks too.
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  default_tags { tags = { from = "base" } }
}
resource "aws_security_group" "s" {
  name   = "base"
  vpc_id = "vpc-1"
  ingress {
    from_port   = 1
    to_port     = 1
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  egress {
    from_port   = 2
    to_port     = 2
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  timeouts { create = "5m" }
}
