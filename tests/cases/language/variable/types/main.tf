# Every type constraint, with values that have to be converted to it.
variable "text" {
  type    = string
  default = 5
}
variable "count_of" {
  type    = number
  default = "0012.50"
}
variable "flag" {
  type    = bool
  default = "true"
}
variable "names" {
  type    = list(string)
  default = [1, true, "x", null]
}
variable "unique" {
  type    = set(string)
  default = ["b", "a", "b"]
}
variable "numbers" {
  type    = set(number)
  default = ["10", 9, "1e1"]
}
variable "by_name" {
  type    = map(number)
  default = { b = "2", a = 1 }
}
variable "pair" {
  type    = tuple([string, number, list(bool)])
  default = [1, "2", ["true", false]]
}
variable "thing" {
  type    = object({ name = string, size = number, tags = map(string) })
  default = { name = 1, size = "2", tags = { a = true }, dropped = "yes" }
}
variable "nested" {
  type    = map(list(object({ id = string })))
  default = { one = [{ id = 1 }, { id = "b", more = 2 }], none = [] }
}
variable "no_type" {
  default = [1, "a", { x = null }]
}
output "all" {
  value = [var.text, var.count_of, var.flag, var.names, var.unique, var.numbers, var.by_name, var.pair, var.thing, var.nested]
}
output "no_type" { value = var.no_type }
output "names" { value = var.names }
output "thing" { value = var.thing }
output "nested" { value = var.nested }
output "unique" { value = var.unique }
