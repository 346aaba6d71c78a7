terraform {
  required_providers {
    Aws_x = {
      source = "hashicorp/aws"
    }
  }
}
