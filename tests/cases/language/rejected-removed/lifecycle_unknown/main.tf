removed {
  from = terraform_data.a
  lifecycle {
    destroy       = false
    ignore_changes = all
  }
}
