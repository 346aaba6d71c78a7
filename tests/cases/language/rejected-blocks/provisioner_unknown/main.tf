resource "terraform_data" "a" {
  provisioner "remote" {
    command = "true"
  }
}
