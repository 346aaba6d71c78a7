provider "aws" {
  region = "ap-northeast-1"
}

# Documents that are merged, overridden, and known only after the apply.
data "aws_iam_policy_document" "first" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }

  statement {
    actions   = ["s3:ListBucket"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "second" {
  statement {
    sid       = "Write"
    actions   = ["s3:PutObject"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "strict" {
  statement {
    sid       = "Read"
    effect    = "Deny"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::secret/*"]
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents = [
    data.aws_iam_policy_document.first.json,
    data.aws_iam_policy_document.second.json,
  ]

  override_policy_documents = [data.aws_iam_policy_document.strict.json]

  statement {
    sid       = "Own"
    actions   = ["s3:DeleteObject"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "empty" {}

resource "aws_cloudwatch_log_group" "main" {
  name = "merged"
}

data "aws_iam_policy_document" "later" {
  source_policy_documents = [data.aws_iam_policy_document.second.json]

  statement {
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.main.arn}:*"]
  }
}

resource "aws_iam_role" "main" {
  name = "merged"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "later" {
  role   = aws_iam_role.main.id
  name   = "later"
  policy = data.aws_iam_policy_document.later.json
}

output "merged" {
  value = jsondecode(data.aws_iam_policy_document.merged.json)
}

output "empty" {
  value = data.aws_iam_policy_document.empty.json
}
