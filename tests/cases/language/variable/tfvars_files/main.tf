# Files of variables: an undeclared one only warns; values are literals, with heredocs and nested objects.
variable "text" { type = string }
variable "object" { type = object({ a = string, list = list(number), optional = optional(string) }) }
variable "escaped" { type = string }
variable "negative" { type = number }
output "all" { value = [var.text, var.object, var.escaped, var.negative] }
