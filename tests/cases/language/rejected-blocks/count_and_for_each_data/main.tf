data "aws_region" "a" {
  count    = 1
  for_each = {}
}
