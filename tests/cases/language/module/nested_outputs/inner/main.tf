variable "text" {
  type        = string
  description = "A text."
}
output "text" {
  value       = upper(var.text)
  description = "In capitals."
}
