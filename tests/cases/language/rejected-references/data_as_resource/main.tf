data "aws_region" "a" {
}
output "x" {
  value = aws_region.a.name
}
