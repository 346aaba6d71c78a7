resource "aws_lb" "a" {
  access_logs {
    bucket = "x"
  }
  access_logs {
    bucket = "y"
  }
}
