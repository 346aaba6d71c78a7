data "aws_region" "a" {
}
data "aws_region" "a" {
}
