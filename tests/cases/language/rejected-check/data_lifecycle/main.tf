check "a" {
  data "aws_region" "x" {
    count   = 1
  }
  assert {
    condition     = path.module != ""
    error_message = "No."
  }
}
