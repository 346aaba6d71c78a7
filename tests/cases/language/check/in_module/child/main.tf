variable "value" {
  type = number
  validation {
    condition     = var.value < 5
    error_message = "Below five."
  }
}
check "one" {
  assert {
    condition     = var.value == 1
    error_message = "Must be one, not ${var.value}."
  }
}
output "value" {
  value = var.value
  precondition {
    condition     = var.value > 0
    error_message = "Positive."
  }
}
