# What the console calls ecsTaskExecutionRole: Fargate, not WordPress, pulls the image and writes the logs with it.

data "aws_partition" "current" {}

data "aws_iam_policy_document" "assume_by_tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "task_execution" {
  name               = var.execution_role_name
  assume_role_policy = data.aws_iam_policy_document.assume_by_tasks.json
}

resource "aws_iam_role_policy_attachment" "task_execution" {
  role       = aws_iam_role.task_execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}
