resource "terraform_data" "a" {
  lifecycle {
    precondition {
      error_message = "No."
    }
    postcondition {
      condition = path.module != ""
    }
  }
}
