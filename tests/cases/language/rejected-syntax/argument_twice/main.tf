variable "a" {
  type    = string
  default = "x"
  type    = number
}
