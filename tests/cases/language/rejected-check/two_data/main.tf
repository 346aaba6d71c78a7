check "a" {
  data "aws_region" "a" {
  }
  data "aws_region" "b" {
  }
  assert {
    condition     = path.module != ""
    error_message = "No."
  }
}
