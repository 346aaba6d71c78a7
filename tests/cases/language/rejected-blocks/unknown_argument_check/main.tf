check "a" {
  condition = path.module != ""
  assert {
    condition     = path.module != ""
    error_message = "No."
  }
}
