variable "name" {
}
variable "other" {
}
