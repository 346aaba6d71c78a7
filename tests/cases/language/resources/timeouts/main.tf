# timeouts blocks, write-only of their values, and blocks that are left out.
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
resource "aws_security_group" "s" {
  name_prefix = "s-"
  timeouts {
    create = "5m"
    delete = "${2 * 5}m"
  }
}
resource "aws_route_table" "r" {
  vpc_id = "vpc-1"
  timeouts {}
}
resource "aws_cloudwatch_log_group" "g" {
  name              = "g"
  retention_in_days = "7"
  tags              = { n = 1, b = true }
}
