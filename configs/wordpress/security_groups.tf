# Browser -> load balancer -> service -> database and file system: each group lets in only the one before it.
#
# The rules stand inside the groups, so a rule that somebody adds by hand shows up in the next plan. A description cannot
# be changed without making the group anew; groups that were made in the console keep theirs.

resource "aws_security_group" "load_balancer" {
  name        = var.security_group_names.load_balancer
  description = "Web traffic to the load balancer"
  vpc_id      = aws_vpc.main.id

  ingress {
    description = "HTTP from anywhere"
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = { Name = var.security_group_names.load_balancer }

  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_security_group" "service" {
  name        = var.security_group_names.service
  description = "WordPress tasks"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "HTTP from the load balancer"
    from_port       = 80
    to_port         = 80
    protocol        = "tcp"
    security_groups = [aws_security_group.load_balancer.id]
  }

  # The image, the logs, plugins and themes all come from outside.
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = { Name = var.security_group_names.service }

  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_security_group" "database" {
  name        = var.security_group_names.database
  description = "MySQL for WordPress"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "MySQL from WordPress"
    from_port       = 3306
    to_port         = 3306
    protocol        = "tcp"
    security_groups = [aws_security_group.service.id]
  }

  tags = { Name = var.security_group_names.database }

  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_security_group" "storage" {
  name        = var.security_group_names.storage
  description = "Files of WordPress"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "NFS from WordPress"
    from_port       = 2049
    to_port         = 2049
    protocol        = "tcp"
    security_groups = [aws_security_group.service.id]
  }

  tags = { Name = var.security_group_names.storage }

  lifecycle {
    ignore_changes = [description]
  }
}
