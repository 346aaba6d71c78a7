check "a" {
  data "aws_region" "x" {
  }
  assert {
    condition     = path.module != ""
    error_message = "No."
  }
}
output "x" {
  value = data.aws_region.x.name
}
