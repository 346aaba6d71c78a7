resource "terraform_data" "a" {
  connection {
    hosts = "a"
  }
  provisioner "local-exec" {
    command = "true"
  }
}
