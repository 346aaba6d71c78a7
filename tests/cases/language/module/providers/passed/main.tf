terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
resource "aws_cloudwatch_log_group" "default" { name = "passed-default" }
resource "aws_cloudwatch_log_group" "other" {
  provider = aws.other
  name     = "passed-other"
}
module "deeper" {
  source    = "../inherits"
  providers = { aws = aws.other }
}
output "regions" { value = module.deeper.region }
