terraform {
  required_version = ">= 0.12"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4"
    }
  }
}
resource "aws_cloudwatch_log_group" "g" { name = "g" }
