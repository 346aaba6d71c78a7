resource "terraform_data" "a" {
  lifecycle {
    precondition {
      condition     = path.module == "" ? true : null
      error_message = "No."
    }
  }
}
