resource "terraform_data" "b" {
  for_each = { x = 1 }
}
resource "terraform_data" "a" {
  for_each   = { x = 1 }
  depends_on = [terraform_data.b[each.key]]
}
