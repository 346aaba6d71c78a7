data "aws_iam_policy_document" "p" {
  statement { actions = ["*"] }
}
resource "aws_cloudwatch_log_group" "in" { name = "inherits" }
output "region" { value = data.aws_iam_policy_document.p.version }
