provider "aws" {
  region = "ap-northeast-1"
}

# Mount targets for every subnet; groups change in place, another subnet is another mount target.
variable "subnets" {
  type    = number
  default = 2
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  count = 3

  vpc_id            = aws_vpc.main.id
  availability_zone = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_security_group" "nfs" {
  count = 2

  name   = "nfs-${count.index}"
  vpc_id = aws_vpc.main.id
}

resource "aws_efs_file_system" "main" {
  creation_token = "mounted"
}

resource "aws_efs_mount_target" "main" {
  count = var.subnets

  file_system_id  = aws_efs_file_system.main.id
  subnet_id       = aws_subnet.main[count.index].id
  security_groups = [aws_security_group.nfs[0].id]
}

output "dns" {
  value = aws_efs_mount_target.main[*].mount_target_dns_name
}
