provider "aws" {
  region = "ap-northeast-1"
}

# The last snapshot and the version that the cloud chooses.
resource "aws_db_instance" "main" {
  identifier                = "snapshot"
  engine                    = "mysql"
  instance_class            = "db.t3.micro"
  allocated_storage         = 20
  storage_type              = "gp3"
  username                  = "app"
  password                  = "not-a-secret"
  skip_final_snapshot       = false
  final_snapshot_identifier = "famous-last-words"
  availability_zone         = "ap-northeast-1a"
  ca_cert_identifier        = "rds-ca-rsa2048-g1"
  license_model             = "general-public-license"
}
