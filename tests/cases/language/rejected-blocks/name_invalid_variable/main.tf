variable "1a" {
}
variable "a.b" {
}
