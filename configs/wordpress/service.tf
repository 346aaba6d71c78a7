locals {
  environment = merge(
    {
      WORDPRESS_DB_HOST     = aws_db_instance.wordpress.endpoint
      WORDPRESS_DB_NAME     = aws_db_instance.wordpress.db_name
      WORDPRESS_DB_USER     = aws_db_instance.wordpress.username
      WORDPRESS_DB_PASSWORD = local.database_password
    },
    { for name, value in local.wordpress_secrets : "WORDPRESS_${name}" => value },
  )
}

resource "aws_cloudwatch_log_group" "wordpress" {
  name              = "/ecs/${var.family}"
  retention_in_days = var.log_retention_days
}

resource "aws_ecs_cluster" "main" {
  name = var.cluster_name
}

resource "aws_ecs_task_definition" "wordpress" {
  family                   = var.family
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.task_execution.arn

  volume {
    name = "wordpress"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.content.id
      root_directory     = "/"
      transit_encryption = var.encrypt_in_transit ? "ENABLED" : "DISABLED"
    }
  }

  container_definitions = jsonencode([
    {
      name      = var.family
      image     = var.image
      essential = true

      portMappings = [
        # In the network mode awsvpc the two ports are equal.
        { containerPort = 80, hostPort = 80, protocol = "tcp" },
      ]

      mountPoints = [
        { sourceVolume = "wordpress", containerPath = "/var/www/html/wp-content", readOnly = false },
      ]

      environment = [for name in sort(keys(local.environment)) : { name = name, value = local.environment[name] }]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.wordpress.name
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = "ecs"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "wordpress" {
  name             = var.family
  cluster          = aws_ecs_cluster.main.id
  task_definition  = aws_ecs_task_definition.wordpress.arn
  desired_count    = var.desired_count
  launch_type      = "FARGATE"
  platform_version = "LATEST"

  network_configuration {
    subnets          = [for key in sort(keys(aws_subnet.private)) : aws_subnet.private[key].id]
    security_groups  = [aws_security_group.service.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.wordpress.arn
    container_name   = var.family
    container_port   = 80
  }

  depends_on = [
    aws_lb_listener.http,                          # ECS refuses a target group that no load balancer uses
    aws_efs_mount_target.content,                  # a task that cannot mount its volume dies
    aws_route.nat,                                 # a task that cannot pull its image dies, too
    aws_iam_role_policy_attachment.task_execution, # and so does one that may not
    aws_main_route_table_association.private,
  ]
}
