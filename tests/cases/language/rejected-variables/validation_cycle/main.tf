variable "a" {
  default = 1
  validation {
    condition     = var.a == local.b
    error_message = "No."
  }
}
locals {
  b = var.a
}
