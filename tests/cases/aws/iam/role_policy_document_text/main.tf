provider "aws" {
  region = "ap-northeast-1"
}

# A policy compares by meaning: order, single values in lists and white space are no change.
resource "aws_iam_role" "written" {
  name_prefix = "written-"

  assume_role_policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Sid": "Tasks", "Effect": "Allow", "Principal": {"Service": ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
      ]
    }
  JSON
}
