# Lifecycle arguments merge one by one; depends_on and provisioners are replaced as a whole.
resource "terraform_data" "first" { input = "1" }
resource "terraform_data" "r" {
  input      = "base"
  depends_on = [terraform_data.first]
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [input]
    precondition {
      condition     = terraform_data.first.input == "1"
      error_message = "Base."
    }
  }
  provisioner "local-exec" { command = "echo base >> log.txt" }
  provisioner "local-exec" { command = "echo base2 >> log.txt" }
}
