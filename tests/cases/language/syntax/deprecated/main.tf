# What is deprecated still works: bare collection types, quoted references, interpolation alone.
variable "text" { default = "t" }
variable "bare_map" {
  type    = map
  default = { a = 1 }
}
variable "bare_list" {
  type    = list
  default = [1]
}
resource "terraform_data" "a" {
  input = "${var.text}"
  lifecycle { ignore_changes = ["input"] }
}
resource "terraform_data" "b" {
  depends_on = ["terraform_data.a"]
  input      = "${terraform_data.a.input}"
}
output "all" { value = [var.text, var.bare_map, var.bare_list] }
