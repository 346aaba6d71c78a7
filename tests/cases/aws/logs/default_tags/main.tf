# Provider-wide tags on log groups.
provider "aws" {
  region = "ap-northeast-1"

  default_tags {
    tags = { project = "logs" }
  }
}

resource "aws_cloudwatch_log_group" "plain" {
  name = "plain"
}

resource "aws_cloudwatch_log_group" "tagged" {
  name = "tagged"
  tags = { project = "mine" }
}
