variable "a" {
  type     = list(number)
  nullable = false
}
