resource "terraform_data" "b" {
  count = 2
}
resource "terraform_data" "a" {
  lifecycle {
    replace_triggered_by = [terraform_data.b[count.index], terraform_data.b[*].id]
  }
}
