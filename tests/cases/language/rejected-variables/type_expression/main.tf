variable "a" {
  type = "list(string)"
}
variable "b" {
  type = var.a
}
variable "c" {
  type = 5
}
