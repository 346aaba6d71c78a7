provider "aws" {
  region = "ap-northeast-1"
}

# Retention and tags change in place.
resource "aws_cloudwatch_log_group" "main" {
  name              = "/ecs/main"
  retention_in_days = 30
  tags              = { Name = "changed" }
}
