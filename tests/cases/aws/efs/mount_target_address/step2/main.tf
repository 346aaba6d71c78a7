provider "aws" {
  region = "ap-northeast-1"
}

# An address that somebody chose, and the default group of the VPC where none is named.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  count = 3

  vpc_id            = aws_vpc.main.id
  availability_zone = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_efs_file_system" "main" {
  creation_token = "addresses"
}

resource "aws_efs_mount_target" "chosen" {
  file_system_id = aws_efs_file_system.main.id
  subnet_id      = aws_subnet.main[0].id
  ip_address     = "10.0.0.78"
}

resource "aws_efs_mount_target" "default" {
  file_system_id = aws_efs_file_system.main.id
  subnet_id      = aws_subnet.main[1].id
}
