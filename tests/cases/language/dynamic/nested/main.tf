# Dynamic blocks: nested, with an iterator, over maps, sets and lists, and beside plain blocks.
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
locals {
  statements = {
    first  = { actions = ["s3:Get*"], conditions = [{ test = "Bool", variable = "aws:x", values = ["true"] }] }
    second = { actions = ["s3:Put*"], conditions = [] }
  }
}
data "aws_iam_policy_document" "p" {
  statement {
    sid       = "plain"
    actions   = ["a:b"]
    resources = ["*"]
  }
  dynamic "statement" {
    for_each = local.statements
    iterator = st
    content {
      sid       = st.key
      actions   = st.value.actions
      resources = ["*"]
      dynamic "condition" {
        for_each = st.value.conditions
        content {
          test     = condition.value.test
          variable = "${condition.value.variable}-${st.key}-${condition.key}"
          values   = condition.value.values
        }
      }
      dynamic "principals" {
        for_each = toset(["AWS"])
        content {
          type        = principals.key
          identifiers = [principals.value]
        }
      }
    }
  }
  dynamic "statement" {
    for_each = []
    content { actions = ["never"] }
  }
  dynamic "statement" {
    for_each = true ? [1] : []
    content {
      actions   = ["x:y${statement.value}"]
      resources = ["*"]
    }
  }
}
output "json" { value = jsondecode(data.aws_iam_policy_document.p.json) }
