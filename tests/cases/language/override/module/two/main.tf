variable "value" {}
variable "other" { default = "default" }
output "two" { value = "${var.value} ${var.other}" }
