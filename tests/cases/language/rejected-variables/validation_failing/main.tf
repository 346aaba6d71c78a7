variable "a" {
  default = "x"
  validation {
    condition     = var.a == "y"
    error_message = "It must be y."
  }
  validation {
    condition     = length(var.a) > 3
    error_message = "It must be long."
  }
}
