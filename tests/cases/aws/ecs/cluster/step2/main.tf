provider "aws" {
  region = "ap-northeast-1"
}

# Settings of a cluster, changed in place.
resource "aws_ecs_cluster" "plain" {
  name = "plain"
  tags = { Name = "plain" }
}

resource "aws_ecs_cluster" "full" {
  name = "full"

  setting {
    name  = "containerInsights"
    value = "disabled"
  }

  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"

      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = "/ecs/other"
      }
    }
  }

  tags = { Name = "fuller" }
}
