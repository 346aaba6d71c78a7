resource "terraform_data" "b" {
}
resource "terraform_data" "a" {
  depends_on = [upper("x"), terraform_data.b.id == "" ? 1 : 2, 5]
}
