resource "terraform_data" "b" {
}
resource "terraform_data" "a" {
  lifecycle {
    precondition {
      condition     = path.module == ""
      error_message = "It is ${terraform_data.b.id}."
    }
  }
}
