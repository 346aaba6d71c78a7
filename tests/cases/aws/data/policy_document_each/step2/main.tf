provider "aws" {
  region = "ap-northeast-1"
}

# A policy document built in a loop and used by each.
locals {
  access = {
    reader = ["s3:GetObject", "s3:ListBucket"]
    writer = ["s3:PutObject", "s3:AbortMultipartUpload"]
  }
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = toset(["ecs-tasks", "ec2"])

    content {
      sid     = replace(title(statement.key), "-", "")
      actions = ["sts:AssumeRole"]

      principals {
        type        = "Service"
        identifiers = ["${statement.key}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}

data "aws_iam_policy_document" "access" {
  for_each = local.access

  statement {
    sid       = title(each.key)
    actions   = each.value
    resources = [for name in ["a", "b"] : "arn:${data.aws_partition.current.partition}:s3:::${each.key}-${name}-${data.aws_region.current.name}"]
  }
}

resource "aws_iam_role" "each" {
  for_each = local.access

  name               = each.key
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "each" {
  for_each = aws_iam_role.each

  name   = each.key
  role   = each.value.id
  policy = data.aws_iam_policy_document.access[each.key].json
}
