terraform {
  required_providers {
    aws = {
      sorce = "hashicorp/aws"
    }
  }
}
