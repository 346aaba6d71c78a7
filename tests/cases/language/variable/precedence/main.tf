# Values come, later ones first: -var and -var-file in their order, *.auto.tfvars in the order of names, terraform.tfvars.json, terraform.tfvars, TF_VAR_, default.
variable "a" { default = "default" }
variable "b" { default = "default" }
variable "c" { default = "default" }
variable "d" { default = "default" }
variable "e" { default = "default" }
variable "f" { default = "default" }
variable "g" { default = "default" }
variable "h" { default = "default" }
variable "i" { default = "default" }
output "all" { value = [var.a, var.b, var.c, var.d, var.e, var.f, var.g, var.h, var.i] }
