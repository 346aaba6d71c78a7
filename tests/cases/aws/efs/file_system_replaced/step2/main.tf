provider "aws" {
  region = "ap-northeast-1"
}

# A mode of performance or encryption that cannot be changed: another file system.
variable "encrypted" {
  type    = bool
  default = true
}

resource "aws_efs_file_system" "main" {
  creation_token   = "replaced-${var.encrypted}"
  encrypted        = var.encrypted
  performance_mode = "maxIO"
}

resource "aws_efs_file_system" "plain" {}
