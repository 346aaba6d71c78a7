# Preconditions of outputs are checks, and may wait for the apply.
resource "terraform_data" "a" { input = "x" }
output "known" {
  value       = "v"
  description = "Is known."
  precondition {
    condition     = terraform_data.a.input == "x"
    error_message = "Must be x."
  }
  precondition {
    condition     = length(terraform_data.a.input) == 1
    error_message = "Must be three."
  }
}
output "later" {
  value      = "v"
  depends_on = [terraform_data.a]
  precondition {
    condition     = terraform_data.a.output == "x"
    error_message = "Must be x, and is ${terraform_data.a.output}."
  }
}
