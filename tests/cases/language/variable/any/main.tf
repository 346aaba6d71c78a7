# Where a constraint says any, the value decides.
variable "anything" {
  type    = any
  default = { a = 1, b = [true] }
}
variable "same" {
  type    = list(any)
  default = [1, "a", true]
}
variable "objects" {
  type    = list(any)
  default = [{ a = 1 }, { a = "x" }]
}
variable "by_key" {
  type    = map(any)
  default = { a = 1, b = "two" }
}
variable "maps" {
  type    = map(any)
  default = { a = { x = 1 }, b = { x = 2 } }
}
variable "inside" {
  type    = object({ a = any, b = list(any), c = optional(any) })
  default = { a = [1, "x"], b = [1, 2] }
}
variable "set_of" {
  type    = set(any)
  default = [2, "1", 2]
}
variable "nulls" {
  type    = list(any)
  default = [null, 1, null]
}
output "anything" { value = var.anything }
output "same" { value = var.same }
output "objects" { value = var.objects }
output "by_key" { value = var.by_key }
output "maps" { value = var.maps }
output "inside" { value = var.inside }
output "set_of" { value = var.set_of }
output "nulls" { value = var.nulls }
