# Tasks come and go; uploads, plugins and themes stay here.
resource "aws_efs_file_system" "content" {
  encrypted        = true
  performance_mode = "generalPurpose"
  throughput_mode  = "bursting"

  tags = { Name = "${var.name}-wordpress" }
}

resource "aws_efs_mount_target" "content" {
  # Not over aws_subnet.private: an import has to know the keys before it knows the subnets.
  for_each = var.private_subnets

  file_system_id  = aws_efs_file_system.content.id
  subnet_id       = aws_subnet.private[each.key].id
  security_groups = [aws_security_group.storage.id]
}
