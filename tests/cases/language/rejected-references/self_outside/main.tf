output "x" {
  value = self.id
}
resource "terraform_data" "a" {
  input = self.id
}
