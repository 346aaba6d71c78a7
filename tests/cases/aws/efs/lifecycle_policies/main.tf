provider "aws" {
  region = "ap-northeast-1"
}

# Two tiers of cold storage and back.
resource "aws_efs_file_system" "main" {
  creation_token = "tiers"

  lifecycle_policy {
    transition_to_ia = "AFTER_7_DAYS"
  }

  lifecycle_policy {
    transition_to_primary_storage_class = "AFTER_1_ACCESS"
  }
}
