resource "terraform_data" "b" {
}
resource "terraform_data" "a" {
  connection {
    host = terraform_data.b.id
  }
  provisioner "local-exec" {
    command = "true"
    when    = destroy
  }
}
