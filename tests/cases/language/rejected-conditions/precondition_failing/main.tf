resource "terraform_data" "a" {
  input = 1
  lifecycle {
    precondition {
      condition     = path.module == "2"
      error_message = "One is not two."
    }
    precondition {
      condition     = path.module == "3"
      error_message = "One is not three."
    }
  }
}
