provider "aws" {
  region = "ap-northeast-1"
}

# Volumes that say as little as they may: what is left out stands inside of a set.
resource "aws_efs_file_system" "main" {
  creation_token = "volumes-bare"
}

resource "aws_ecs_task_definition" "main" {
  family       = "volumes-bare"
  network_mode = "bridge"

  volume {
    name = "files"

    efs_volume_configuration {
      file_system_id = aws_efs_file_system.main.id
    }
  }

  volume {
    name = "empty"
  }

  volume {
    name = "docker"

    docker_volume_configuration {
      scope = "shared"
    }
  }

  container_definitions = jsonencode([{ name = "one", image = "one", memory = 128, essential = true }])
}
