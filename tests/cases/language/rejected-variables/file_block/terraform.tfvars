a = 1
variable "b" {
}
