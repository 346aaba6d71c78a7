output "a" {
  value = 1
  postcondition {
    condition     = path.module != ""
    error_message = "No."
  }
}
