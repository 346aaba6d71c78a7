locals {
  a = provider::aws::arn_pars("x")
}
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
