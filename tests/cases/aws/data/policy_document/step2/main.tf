provider "aws" {
  region = "ap-northeast-1"
}

# Policy documents: principals, conditions, not-actions, ids, single and several values.
data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "trust" {
  policy_id = "trust"
  version   = "2012-10-17"

  statement {
    sid     = "Services"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com"]
    }

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.me.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:ecs:*:1:*", "arn:aws:ecs:*:2:*"]
    }
  }
}

data "aws_iam_policy_document" "permissions" {
  statement {
    effect        = "Deny"
    not_actions   = ["iam:*", "sts:*"]
    not_resources = ["arn:aws:s3:::keep/*"]

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    actions   = ["s3:PutObject", "s3:GetObject"]
    resources = ["arn:aws:s3:::b/*", "arn:aws:s3:::a/$${aws:username}/*"]
  }

  statement {
    actions   = ["s3:ListBucket"]
    resources = ["*"]

    not_principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_iam_role" "main" {
  name               = "documents"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

output "trust" {
  value = data.aws_iam_policy_document.trust.json
}

output "permissions" {
  value = data.aws_iam_policy_document.permissions.json
}

output "minified" {
  value = data.aws_iam_policy_document.permissions.minified_json
}
