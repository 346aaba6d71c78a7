provider "aws" {
  region = "ap-northeast-1"
}

# Inline policies of a role: named, prefixed, changed in place, renamed.
resource "aws_iam_role" "main" {
  name = "inline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "logs" {
  name   = "logs"
  role   = aws_iam_role.main.id
  policy = data.aws_iam_policy_document.logs.json
}

resource "aws_iam_role_policy" "prefixed" {
  name_prefix = "exec-"
  role        = aws_iam_role.main.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ssmmessages:OpenDataChannel"], Resource = "*" }]
  })
}
