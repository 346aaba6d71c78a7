variable "list" {
  type = list(string)
}
variable "number" {
  type = number
}
variable "object" {
  type = object({ a = string, b = string })
}
