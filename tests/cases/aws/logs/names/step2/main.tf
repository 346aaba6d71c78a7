provider "aws" {
  region = "ap-northeast-1"
}

# Names: chosen, prefixed, generated.
resource "aws_cloudwatch_log_group" "chosen" {
  name = "chosen"
}

resource "aws_cloudwatch_log_group" "prefixed" {
  name_prefix = "renamed-"
}

resource "aws_cloudwatch_log_group" "generated" {}
