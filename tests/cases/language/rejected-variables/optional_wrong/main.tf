variable "a" {
  type = object({ x = optional() })
}
variable "b" {
  type = object({ x = optional(string, "a", "b") })
}
variable "c" {
  type = object({ x = optional(number, "a") })
}
variable "d" {
  type = object({ x = optional(string, upper("a")) })
}
