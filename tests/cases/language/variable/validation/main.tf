# Validations refer to other variables, locals and resources, and may be unknown at plan time.
variable "low" {
  type    = number
  default = 1
}
variable "high" {
  type    = number
  default = 5
  validation {
    condition     = var.high > var.low
    error_message = "The upper bound ${var.high} must be above ${var.low}."
  }
  validation {
    condition     = var.high < local.limit
    error_message = "Too high."
  }
  validation {
    condition     = terraform_data.known.input == "x" || var.high == 0
    error_message = "Never."
  }
  validation {
    condition     = terraform_data.known.id != tostring(var.high)
    error_message = "Unknown at plan time."
  }
}
variable "name" {
  type    = string
  default = "abc"
  validation {
    condition     = can(regex("^[a-z]+$", var.name))
    error_message = "Only letters."
  }
  validation {
    condition     = tostring(var.name != "")
    error_message = "A text that says true is a condition."
  }
}
locals { limit = var.low + 10 }
resource "terraform_data" "known" { input = "x" }
output "high" { value = var.high }
