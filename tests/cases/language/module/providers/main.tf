# Providers with an alias, passed to modules by map and by inheritance.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0, < 6.0"
    }
  }
}
locals {
  common = { access_key = "a", secret_key = "b" }
}
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = local.common.access_key
  secret_key                  = local.common.secret_key
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
provider "aws" {
  alias                       = "second"
  region                      = "us-east-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
module "inherits" { source = "./inherits" }
module "passed" {
  source = "./passed"
  providers = {
    aws       = aws.second
    aws.other = aws
  }
}
resource "aws_cloudwatch_log_group" "second" {
  provider = aws.second
  name     = "root-second"
}
output "regions" { value = [module.inherits.region, module.passed.regions] }
