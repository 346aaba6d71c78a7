provider "aws" {
  region = "ap-northeast-1"
}

# A small MySQL as most people have it; size, window and password change in place.
variable "password" {
  type      = string
  sensitive = true
  default   = "second-password"
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

resource "aws_security_group" "db" {
  name   = "db"
  vpc_id = aws_vpc.main.id
}

resource "aws_db_subnet_group" "main" {
  name       = "main"
  subnet_ids = aws_subnet.main[*].id
}

resource "aws_db_instance" "main" {
  identifier              = "main"
  engine                  = "mysql"
  engine_version          = "8.0"
  instance_class          = "db.t3.small"
  allocated_storage       = 30
  max_allocated_storage   = 100
  storage_type            = "gp2"
  db_name                 = "app"
  username                = "app"
  password                = var.password
  port                    = 3307
  db_subnet_group_name    = aws_db_subnet_group.main.name
  vpc_security_group_ids  = [aws_security_group.db.id]
  backup_retention_period = 3
  backup_window           = "16:00-16:30"
  maintenance_window      = "sun:18:00-sun:18:30"
  apply_immediately       = true
  skip_final_snapshot     = true
  copy_tags_to_snapshot   = true

  tags = { Name = "changed" }
}

output "endpoint" {
  value = aws_db_instance.main.endpoint
}
