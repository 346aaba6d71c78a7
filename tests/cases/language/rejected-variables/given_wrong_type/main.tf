variable "a" {
  type = number
}
variable "b" {
  type = list(string)
}
