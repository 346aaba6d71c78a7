provider "aws" {
  region = "ap-northeast-1"
}

# One group for each service; one of them gets another name.
locals {
  groups = {
    web     = { days = 7 }
    nightly = { days = 400 }
  }
}

resource "aws_cloudwatch_log_group" "service" {
  for_each = local.groups

  name              = "/services/${each.key}"
  retention_in_days = each.value.days
}

output "arns" {
  value = { for key, group in aws_cloudwatch_log_group.service : key => group.arn }
}
