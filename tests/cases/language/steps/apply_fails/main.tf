# A provisioner that fails leaves its object tainted.
resource "terraform_data" "first" {
  input = "a"
  provisioner "local-exec" {
    command = "echo made > log.txt; exit 3"
  }
}
resource "terraform_data" "second" {
  input = terraform_data.first.id
}
