# A destroy provisioner that fails keeps the object; one that may fail does not.
resource "terraform_data" "kept" {
  provisioner "local-exec" {
    when    = destroy
    command = "exit 1"
  }
}
resource "terraform_data" "goes" {
  provisioner "local-exec" {
    when       = destroy
    command    = "exit 1"
    on_failure = continue
  }
}
