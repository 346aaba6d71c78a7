provider "aws" {
  region = "ap-northeast-1"
}

# A file system in every mode that changes in place.
resource "aws_efs_file_system" "main" {
  creation_token   = "main"
  encrypted        = true
  performance_mode = "generalPurpose"
  throughput_mode  = "bursting"

  lifecycle_policy {
    transition_to_ia = "AFTER_60_DAYS"
  }

  tags = { Name = "main", more = "yes" }
}
