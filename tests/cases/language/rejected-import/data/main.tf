import {
  to = data.aws_region.a
  id = "x"
}
data "aws_region" "a" {
}
