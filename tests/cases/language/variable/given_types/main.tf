# Values given as text are read by the type of the variable.
variable "text" { type = string }
variable "untyped" {}
variable "number" { type = number }
variable "list" { type = list(string) }
variable "object" { type = object({ a = number, b = optional(list(string), ["d"]) }) }
variable "any" { type = any }
variable "flag" { type = bool }
variable "from_environment" { type = map(number) }
variable "empty" { type = string }
variable "null_text" { type = string }
variable "null_list" { type = list(string) }
output "all" {
  value = [var.text, var.untyped, var.number, var.list, var.object, var.any, var.flag, var.from_environment, var.empty, var.null_text, var.null_list]
}
