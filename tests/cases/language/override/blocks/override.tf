provider "aws" {
  skip_metadata_api_check = true
  default_tags { tags = { over = "ride" } }
}
resource "aws_security_group" "s" {
  description = "override"
  ingress {
    from_port   = 3
    to_port     = 3
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  ingress {
    from_port   = 4
    to_port     = 4
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
