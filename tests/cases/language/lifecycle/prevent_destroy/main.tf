# A replacement or destruction that is prevented is an error; an update is not.
resource "terraform_data" "a" {
  input            = "1"
  triggers_replace = "1"
  lifecycle { prevent_destroy = true }
}
