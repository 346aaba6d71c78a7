# Where the destruction of the old object fails after the new one is there, the old one stays as deposed.
variable "v" { default = "1" }
resource "terraform_data" "a" {
  triggers_replace = var.v
  lifecycle { create_before_destroy = true }
  provisioner "local-exec" {
    when    = destroy
    command = "test ! -e fail.txt"
  }
}
