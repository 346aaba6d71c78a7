data "aws_region" "x" {
}
check "a" {
  data "aws_region" "x" {
  }
  assert {
    condition     = path.module != ""
    error_message = "No."
  }
}
