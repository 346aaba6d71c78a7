data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["s3:Get*"]
    resources = ["*"]
  }
}
resource "terraform_data" "in" { input = "i" }
output "read" { value = data.aws_iam_policy_document.p.version }
