variable "strict" {
  type     = string
  default  = "the default"
  nullable = false
}
variable "loose" {
  type    = string
  default = "the default"
}
variable "needed" {
  type     = string
  nullable = true
}
output "seen" { value = [var.strict, var.loose, var.needed] }
