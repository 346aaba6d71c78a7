check "a" {
  assert {
    condition     = path.module
    error_message = "No."
  }
  assert {
    condition     = var.nowhere
    error_message = "No."
  }
}
