variable "value" {}
variable "other" { default = "default" }
output "one" { value = "${var.value} ${var.other}" }
