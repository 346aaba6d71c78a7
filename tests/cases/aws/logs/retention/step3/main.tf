provider "aws" {
  region = "ap-northeast-1"
}

# Retention and tags change in place.
resource "aws_cloudwatch_log_group" "main" {
  name = "/ecs/main"
  tags = { Name = "main" }
}
