provider "aws" {
  region = "ap-northeast-1"
}

# Attachments of policies that AWS owns, one by one and by for_each.
resource "aws_iam_role" "main" {
  count = 2

  name = "attached-${count.index}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.main[1].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy_attachment" "more" {
  for_each = toset(["AmazonSSMReadOnlyAccess", "CloudWatchLogsFullAccess"])

  role       = aws_iam_role.main[0].name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}
