variable "a" {
  validation {
    condition = var.a == "y"
  }
}
