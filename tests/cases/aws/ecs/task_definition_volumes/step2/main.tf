provider "aws" {
  region = "ap-northeast-1"
}

# Volumes of a task, one of each kind that Fargate and EC2 tasks have.
resource "aws_efs_file_system" "main" {
  creation_token = "volumes"
}

resource "aws_iam_role" "task" {
  name = "volumes-task"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_ecs_task_definition" "main" {
  family             = "volumes"
  network_mode       = "bridge"
  task_role_arn      = aws_iam_role.task.arn
  execution_role_arn = aws_iam_role.task.arn
  pid_mode           = "task"
  ipc_mode           = "host"

  volume {
    name = "files"

    efs_volume_configuration {
      file_system_id          = aws_efs_file_system.main.id
      root_directory          = "/"
      transit_encryption      = "ENABLED"
      transit_encryption_port = 2999

      authorization_config {
        iam = "ENABLED"
      }
    }
  }

  volume {
    name      = "host"
    host_path = "/var/lib/host"
  }

  volume {
    name = "docker"

    docker_volume_configuration {
      scope         = "shared"
      autoprovision = true
      driver        = "local"
      driver_opts   = { type = "tmpfs" }
      labels        = { a = "b" }
    }
  }

  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.availability-zone in [ap-northeast-1a]"
  }

  container_definitions = jsonencode([{
    name        = "web"
    image       = "nginx"
    memory      = 128
    mountPoints = [{ sourceVolume = "files", containerPath = "/srv", readOnly = false }]
  }])
}
