provider "aws" {
  region = "ap-northeast-1"
}

# Two tiers of cold storage and back.
resource "aws_efs_file_system" "main" {
  creation_token = "tiers"
}
