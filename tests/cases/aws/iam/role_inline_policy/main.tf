provider "aws" {
  region = "ap-northeast-1"
}

# The older way: policies inside the role.
resource "aws_iam_role" "main" {
  name = "inside"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
  managed_policy_arns = ["arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"]

  inline_policy {
    name = "first"

    policy = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "*" }]
    })
  }
}
