# A postcondition that turns out wrong only in the apply stops what depends on it; the object is recorded.
resource "terraform_data" "a" {
  input = "x"
  lifecycle {
    postcondition {
      condition     = self.output == "y"
      error_message = "Must be y, and is ${self.output}."
    }
  }
}
resource "terraform_data" "b" { input = terraform_data.a.output }
resource "terraform_data" "c" { input = "independent" }
