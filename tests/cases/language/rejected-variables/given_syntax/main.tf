variable "a" {
  type = list(number)
}
variable "b" {
  type = list(string)
}
