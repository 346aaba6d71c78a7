variable "a" {
  type    = list(string)
  default = "x"
}
variable "b" {
  type    = number
  default = "x"
}
variable "c" {
  type    = object({ a = string })
  default = {}
}
