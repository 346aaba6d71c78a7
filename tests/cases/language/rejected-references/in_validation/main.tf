variable "a" {
  validation {
    condition     = var.a == local.nowhere
    error_message = "No."
  }
}
