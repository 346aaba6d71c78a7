variable "x" {
  default = "y"
}
resource "terraform_data" "a" {
  provisioner "local-exec" {
    command = "echo ${var.x}"
    when    = destroy
  }
}
