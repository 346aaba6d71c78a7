variable "a" {
  validations {
    condition     = path.module != ""
    error_message = "No."
  }
}
