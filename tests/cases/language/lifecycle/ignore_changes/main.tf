# What is ignored keeps its recorded value.
resource "terraform_data" "one" {
  input            = "old"
  triggers_replace = "t"
}
resource "terraform_data" "all" {
  input            = "old"
  triggers_replace = "t"
}
resource "terraform_data" "deep" {
  input = { a = 1, b = { c = [1, 2] } }
}
resource "terraform_data" "fresh" {
  input = "first"
  lifecycle { ignore_changes = [input] }
}
