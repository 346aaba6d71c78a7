data "aws_region" "a" {
  lifecycle {
    prevent_destroy = true
  }
}
