provider "aws" {
  region = "ap-northeast-1"
}

# One group for each service; the class of a group cannot be changed.
locals {
  groups = {
    web   = { days = 7, class = "STANDARD" }
    batch = { days = 365, class = "INFREQUENT_ACCESS" }
  }
}

resource "aws_cloudwatch_log_group" "service" {
  for_each = local.groups

  name              = "/services/${each.key}"
  retention_in_days = each.value.days
  log_group_class   = each.value.class
}

output "arns" {
  value = { for key, group in aws_cloudwatch_log_group.service : key => group.arn }
}
