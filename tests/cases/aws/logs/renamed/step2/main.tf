provider "aws" {
  region = "ap-northeast-1"
}

# A group under another name is another group, and it stands before the old one goes.
resource "aws_cloudwatch_log_group" "renamed" {
  name              = "after"
  retention_in_days = 1

  lifecycle {
    create_before_destroy = true
  }
}
