resource "aws_db_subnet_group" "main" {
  name        = "${var.name}-private"
  description = "Private subnets of ${var.name}"
  subnet_ids  = [for key in sort(keys(aws_subnet.private)) : aws_subnet.private[key].id]

  tags = { Name = "${var.name}-private" }
}

resource "aws_db_instance" "wordpress" {
  identifier = var.database.identifier

  engine            = "mysql"
  engine_version    = var.database.engine_version
  instance_class    = var.database.instance_class
  multi_az          = var.database.multi_az
  storage_type      = var.database.storage_type
  storage_encrypted = true

  # RDS makes the storage larger by itself, up to the maximum; it never makes it smaller.
  allocated_storage     = var.database.allocated_storage
  max_allocated_storage = var.database.max_allocated_storage

  db_name  = "wordpress"
  username = "wordpress"
  password = local.database_password

  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false

  backup_retention_period = var.database.backup_days
  copy_tags_to_snapshot   = true
  deletion_protection     = var.database.deletion_protection

  # Destroying the stack destroys the posts, unless a last snapshot is asked for.
  skip_final_snapshot       = !var.database.final_snapshot
  final_snapshot_identifier = var.database.final_snapshot ? "${var.database.identifier}-final" : null
}
