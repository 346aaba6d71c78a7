provider "aws" {
  region = "ap-northeast-1"
}

# PostgreSQL with encryption, logs and protection; the protection is taken off before the end.
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  count = 3

  vpc_id            = aws_vpc.main.id
  availability_zone = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"][count.index]
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_db_subnet_group" "main" {
  name       = "main"
  subnet_ids = aws_subnet.main[*].id
}

resource "aws_db_instance" "main" {
  identifier_prefix                   = "pg-"
  engine                              = "postgres"
  instance_class                      = "db.t3.micro"
  allocated_storage                   = 20
  storage_encrypted                   = true
  username                            = "app"
  password                            = "not-a-secret"
  db_subnet_group_name                = aws_db_subnet_group.main.id
  multi_az                            = true
  publicly_accessible                 = true
  auto_minor_version_upgrade          = false
  deletion_protection                 = true
  iam_database_authentication_enabled = true
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
  skip_final_snapshot                 = true
  apply_immediately                   = true
  delete_automated_backups            = false

  timeouts {
    create = "50m"
    delete = "70m"
  }
}
