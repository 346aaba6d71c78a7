# Dynamic blocks over unknown and partly unknown collections.
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
resource "terraform_data" "a" { input = ["10.0.0.0/8"] }
resource "aws_security_group" "s" {
  name = "s"
  dynamic "ingress" {
    for_each = terraform_data.a.output
    content {
      from_port   = 1
      to_port     = 1
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
  dynamic "egress" {
    for_each = { known = terraform_data.a.id }
    content {
      from_port   = 1
      to_port     = 1
      protocol    = "tcp"
      description = egress.key
      cidr_blocks = [egress.value]
    }
  }
}
