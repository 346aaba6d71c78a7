provider "aws" {
  region = "ap-northeast-1"
}

# Settings of a cluster, changed in place.
resource "aws_ecs_cluster" "plain" {
  name = "plain"
}

resource "aws_ecs_cluster" "full" {
  name = "full"

  setting {
    name  = "containerInsights"
    value = "enabled"
  }

  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"

      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = "/ecs/full"
      }
    }
  }

  tags = { Name = "full" }
}
