resource "aws_vcp" "a" {
}
