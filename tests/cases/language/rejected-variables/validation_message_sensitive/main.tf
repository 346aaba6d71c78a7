variable "a" {
  default   = "x"
  sensitive = true
  validation {
    condition     = var.a == "y"
    error_message = "It must not be ${var.a}."
  }
}
