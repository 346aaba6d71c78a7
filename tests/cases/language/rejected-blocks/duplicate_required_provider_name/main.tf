terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
    aws = {
      source = "hashicorp/aws"
    }
  }
}
