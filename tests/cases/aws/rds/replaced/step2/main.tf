provider "aws" {
  region = "ap-northeast-1"
}

# What cannot be changed in place makes another database: engine, name of the database, user, encryption.
variable "db_name" {
  type    = string
  default = "two"
}

resource "aws_db_instance" "main" {
  identifier          = "replaced"
  engine              = "mysql"
  instance_class      = "db.t3.micro"
  allocated_storage   = 20
  db_name             = var.db_name
  username            = "app"
  password            = "not-a-secret"
  skip_final_snapshot = true
}
