# Tasks come and go; uploads, plugins and themes stay here.
resource "aws_efs_file_system" "content" {
  encrypted        = true
  performance_mode = "generalPurpose"
  throughput_mode  = "bursting"

  tags = { Name = "${var.name}-wordpress" }
}

resource "aws_efs_mount_target" "content" {
  for_each = aws_subnet.private

  file_system_id  = aws_efs_file_system.content.id
  subnet_id       = each.value.id
  security_groups = [aws_security_group.storage.id]
}
