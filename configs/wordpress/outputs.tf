output "url" {
  description = "Open it in a browser to finish the set-up of WordPress, once desired_count is 1."
  value       = "http://${aws_lb.main.dns_name}/"
}

output "database_endpoint" {
  description = "Host and port of the database, reachable from the VPC only."
  value       = aws_db_instance.wordpress.endpoint
}

output "database_password" {
  description = "Shown by `wpinfra output -raw database_password` only."
  value       = local.database_password
  sensitive   = true
}

output "file_system_id" {
  description = "File system that holds wp-content."
  value       = aws_efs_file_system.content.id
}

output "vpc_id" {
  value = aws_vpc.main.id
}

output "public_subnet_ids" {
  value = { for key, subnet in aws_subnet.public : subnet.availability_zone => subnet.id... }
}

output "private_subnet_ids" {
  value = { for key, subnet in aws_subnet.private : subnet.availability_zone => subnet.id... }
}

output "nat_address" {
  description = "Address that tasks have on the internet."
  value       = aws_eip.nat.public_ip
}

output "cluster_name" {
  value = aws_ecs_cluster.main.name
}

output "service_name" {
  value = aws_ecs_service.wordpress.name
}

output "log_group" {
  description = "Where to look when a task dies."
  value       = aws_cloudwatch_log_group.wordpress.name
}
