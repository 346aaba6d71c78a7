provider "aws" {
  region = "ap-northeast-1"
}

# EC2 tasks: placement, no network of their own, the default launch type.
resource "aws_ecs_cluster" "main" {
  name = "placed"
}

resource "aws_ecs_task_definition" "web" {
  family                = "placed"
  container_definitions = jsonencode([{ name = "web", image = "nginx", memory = 64 }])
}

resource "aws_ecs_service" "spread" {
  name            = "spread"
  cluster         = aws_ecs_cluster.main.name
  task_definition = aws_ecs_task_definition.web.family
  desired_count   = 3

  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }

  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }

  deployment_controller {
    type = "ECS"
  }
}
