resource "terraform_data" "a" {
  lifecycle {
    precondition {
      condition     = true
      error_message = "Never said."
    }
  }
}
output "a" {
  value = 1
  precondition {
    condition     = 1 == 1
    error_message = "Never said."
  }
}
check "a" {
  assert {
    condition     = "x" == "x"
    error_message = "Never said."
  }
}
