variable "a" {
  type = object
}
variable "b" {
  type = object("x")
}
variable "c" {
  type = object({ a = "string" })
}
