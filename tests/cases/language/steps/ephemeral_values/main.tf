# A variable that is ephemeral may go where nothing is recorded.
variable "token" {
  type      = string
  default   = "t"
  ephemeral = true
}
locals { derived = "x-${var.token}" }
resource "terraform_data" "a" {
  input = ephemeralasnull(local.derived)
  provisioner "local-exec" {
    command     = "echo \"$TOKEN\" > log.txt"
    environment = { TOKEN = local.derived }
  }
}
output "is_null" { value = ephemeralasnull(var.token) == null }
