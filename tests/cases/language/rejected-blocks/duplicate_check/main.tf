check "a" {
  assert {
    condition     = path.module != ""
    error_message = "No."
  }
}
check "a" {
  assert {
    condition     = path.module != ""
    error_message = "No."
  }
}
