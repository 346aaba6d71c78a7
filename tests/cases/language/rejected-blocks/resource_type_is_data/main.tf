resource "aws_region" "a" {
}
