removed {
  from    = terraform_data.a
  destroy = false
}
