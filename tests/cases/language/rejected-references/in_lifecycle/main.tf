resource "terraform_data" "a" {
  lifecycle {
    precondition {
      condition     = var.nowhere
      error_message = "No."
    }
  }
}
