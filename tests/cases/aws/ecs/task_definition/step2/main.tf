provider "aws" {
  region = "ap-northeast-1"
}

# Container definitions compare by meaning: a definition written otherwise is no change, another value is.
variable "image" {
  type    = string
  default = "nginx:1.27"
}

resource "aws_ecs_task_definition" "written" {
  family = "written"

  container_definitions = <<-JSON
    [
      {
        "name": "web", "image": "${var.image}", "memory": 128, "essential": true,
        "portMappings": [{"protocol": "tcp", "containerPort": 80, "hostPort": 80}],
        "environment": [{"value": "1", "name": "A"}, {"value": "2", "name": "B"}]
      }
    ]
  JSON
}

resource "aws_ecs_task_definition" "encoded" {
  family                   = "encoded"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"

  container_definitions = jsonencode([{
    name         = "web"
    image        = var.image
    essential    = true
    cpu          = 10
    command      = ["sh", "-c", "echo '<hello> & \"bye\"'"]
    environment  = [for k, v in { A = "1", B = "2" } : { name = k, value = v }]
    portMappings = [{ containerPort = 80, hostPort = 80, protocol = "tcp" }]
    healthCheck = {
      command  = ["CMD-SHELL", "true"]
      interval = 30
      retries  = 3
      timeout  = 5
    }
    ulimits = [{ name = "nofile", softLimit = 1024, hardLimit = 2048 }]
  }])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "ARM64"
  }

  ephemeral_storage {
    size_in_gib = 30
  }

  tags = { Name = "encoded", more = "yes" }
}
