variable "a" {
  type = list()
}
variable "b" {
  type = list(string, number)
}
variable "c" {
  type = string(1)
}
