variable "a" {
  validation {
    condition     = var.a == "y"
    error_message = "It must be y."
  }
}
