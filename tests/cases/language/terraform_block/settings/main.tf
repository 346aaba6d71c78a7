# Settings of the terraform block: versions, providers, experiments that have ended are left out, provider_meta.
terraform {
  required_version = "~> 1.5, != 1.6.0"
  required_providers {
    other = {
      source  = "registry.terraform.io/hashicorp/aws"
      version = "~> 5.0"
    }
  }
}
terraform {
  required_version = ">= 1.1"
}
provider "other" {
  region                      = "eu-west-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
data "aws_iam_policy_document" "p" {
  provider = other
  statement {
    actions   = ["a:b"]
    resources = ["*"]
  }
}
output "o" { value = data.aws_iam_policy_document.p.id }
