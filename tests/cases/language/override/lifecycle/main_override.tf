resource "terraform_data" "r" {
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [triggers_replace]
  }
  provisioner "local-exec" { command = "echo override >> log.txt" }
}
