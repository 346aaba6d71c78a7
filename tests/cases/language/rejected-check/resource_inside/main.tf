check "a" {
  resource "terraform_data" "a" {
  }
  assert {
    condition     = path.module != ""
    error_message = "No."
  }
}
