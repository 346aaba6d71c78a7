variable "a" {
  default = "x"
  validation {
    condition     = var.a == "x" ? null : true
    error_message = "This is never said."
  }
}
