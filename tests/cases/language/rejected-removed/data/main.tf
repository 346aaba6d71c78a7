removed {
  from = data.aws_region.a
  lifecycle {
    destroy = false
  }
}
