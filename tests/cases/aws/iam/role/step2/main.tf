provider "aws" {
  region = "ap-northeast-1"
}

# A role with everything, changed in place; another path makes another role.
variable "path" {
  type    = string
  default = "/service/"
}

resource "aws_iam_role" "main" {
  name                  = "main"
  path                  = var.path
  description           = "second"
  max_session_duration  = 3600
  force_detach_policies = true

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs.amazonaws.com" }
    }]
  })

  tags = { Name = "main", more = "yes" }
}
