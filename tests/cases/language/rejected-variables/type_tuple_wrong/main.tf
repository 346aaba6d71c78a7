variable "a" {
  type = tuple(string)
}
variable "b" {
  type = tuple
}
