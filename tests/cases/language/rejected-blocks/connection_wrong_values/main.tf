resource "terraform_data" "a" {
  connection {
    host = "x"
    port = "y"
    hots = "z"
  }
  provisioner "local-exec" {
    command = "true"
  }
}
