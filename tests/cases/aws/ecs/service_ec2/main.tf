provider "aws" {
  region = "ap-northeast-1"
}

# EC2 tasks: placement, an address of their own, the default launch type, names in place of ARNs.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "main" {
  count = 2

  vpc_id            = aws_vpc.main.id
  availability_zone = ["ap-northeast-1a", "ap-northeast-1c"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_security_group" "main" {
  count = 2

  name   = "main-${count.index}"
  vpc_id = aws_vpc.main.id
}

resource "aws_ecs_cluster" "main" {
  name = "placed"
}

resource "aws_ecs_task_definition" "web" {
  family                = "placed"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "nginx", memory = 64 }])
}

resource "aws_ecs_service" "spread" {
  name            = "spread"
  cluster         = aws_ecs_cluster.main.name
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 1

  network_configuration {
    subnets         = aws_subnet.main[*].id
    security_groups = aws_security_group.main[*].id
  }

  deployment_controller {
    type = "ECS"
  }
}
