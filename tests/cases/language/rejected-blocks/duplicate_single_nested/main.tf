resource "aws_lb" "a" {
  subnets = ["subnet-1", "subnet-2"]
  access_logs {
    bucket = "x"
  }
  access_logs {
    bucket = "y"
  }
}
