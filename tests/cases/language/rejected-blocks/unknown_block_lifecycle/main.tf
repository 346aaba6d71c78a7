resource "terraform_data" "a" {
  lifecycle {
    preconditions {
      condition     = path.module != ""
      error_message = "No."
    }
  }
}
