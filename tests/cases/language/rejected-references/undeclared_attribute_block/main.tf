resource "aws_lb" "a" {
  subnets = ["subnet-1", "subnet-2"]
  access_logs {
    bucket = "x"
  }
}
output "x" {
  value = aws_lb.a.access_logs[0].bukket
}
output "y" {
  value = aws_lb.a.nothing
}
