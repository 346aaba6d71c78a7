data "aws_regions_x" "a" {
}
