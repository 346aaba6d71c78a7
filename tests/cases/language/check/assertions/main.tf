# Assertions of check blocks: passed, failed, and not known yet. They only warn.
resource "terraform_data" "a" { input = "x" }
check "passes" {
  assert {
    condition     = terraform_data.a.input == "x"
    error_message = "Must be x."
  }
}
check "fails" {
  assert {
    condition     = terraform_data.a.input == "y"
    error_message = "Must be y, not ${terraform_data.a.input}."
  }
  assert {
    condition     = length(terraform_data.a.input) == 1
    error_message = "One."
  }
}
check "later" {
  assert {
    condition     = terraform_data.a.output == "x"
    error_message = "Must be x."
  }
}
