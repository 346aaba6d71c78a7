# JSON files of variables: strings are not templates.
variable "text" { type = string }
variable "list" { type = list(any) }
variable "number" { type = string }
variable "nothing" {
  type    = string
  default = "d"
}
output "all" { value = [var.text, var.list, var.number, var.nothing] }
