provider "aws" {
  region = "ap-northeast-1"
}

# A gateway without a VPC, then in one, then in another.
resource "aws_vpc" "main" {
  count = 2

  cidr_block = "10.${count.index}.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main[0].id
  tags   = { Name = "wanders" }
}

resource "aws_eip" "spare" {
  tags = { Name = "spare", used = "no" }
}
