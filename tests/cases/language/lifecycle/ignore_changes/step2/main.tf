resource "terraform_data" "one" {
  input            = "new"
  triggers_replace = "t"
  lifecycle { ignore_changes = [input, triggers_replace] }
}
resource "terraform_data" "all" {
  input            = "new"
  triggers_replace = "other"
  lifecycle { ignore_changes = all }
}
resource "terraform_data" "deep" {
  input = { a = 2, b = { c = [1, 3] } }
  lifecycle { ignore_changes = [input.b.c[1], input["a"]] }
}
resource "terraform_data" "fresh" {
  lifecycle { ignore_changes = [input] }
}
