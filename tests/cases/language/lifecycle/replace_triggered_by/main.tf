# Replacement triggered by resources, attributes, and instances.
variable "value" { default = "1" }
resource "terraform_data" "source" { input = var.value }
resource "terraform_data" "many" {
  count = 2
  input = count.index == 0 ? var.value : "same"
}
resource "terraform_data" "each" {
  for_each = { a = var.value, b = "same" }
  input    = each.value
}
resource "terraform_data" "by_resource" {
  input = "x"
  lifecycle { replace_triggered_by = [terraform_data.source] }
}
resource "terraform_data" "by_attribute" {
  input = "x"
  lifecycle { replace_triggered_by = [terraform_data.source.input] }
}
resource "terraform_data" "by_same_attribute" {
  input = "x"
  lifecycle { replace_triggered_by = [terraform_data.source.triggers_replace, terraform_data.source.id] }
}
resource "terraform_data" "by_changed_instance" {
  input = "x"
  lifecycle { replace_triggered_by = [terraform_data.many[0]] }
}
resource "terraform_data" "by_same_instance" {
  input = "x"
  lifecycle { replace_triggered_by = [terraform_data.many[1], terraform_data.each["b"].output] }
}
resource "terraform_data" "by_own_index" {
  count = 2
  input = "x"
  lifecycle { replace_triggered_by = [terraform_data.many[count.index]] }
}
resource "terraform_data" "by_own_key" {
  for_each = toset(["a", "b"])
  input    = "x"
  lifecycle { replace_triggered_by = [terraform_data.each[each.key].input] }
}
resource "terraform_data" "chain" {
  input = "x"
  lifecycle { replace_triggered_by = [terraform_data.by_resource] }
}
