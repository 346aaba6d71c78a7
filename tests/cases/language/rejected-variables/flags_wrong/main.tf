variable "a" {
  sensitive = "maybe"
}
variable "b" {
  nullable = 5
}
variable "c" {
  description = 1 == 1
}
variable "d" {
  ephemeral = null
}
variable "e" {
  sensitive = var.x
}
