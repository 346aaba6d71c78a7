# A tainted object is replaced; what depends on it is known only afterwards.
resource "terraform_data" "first" { input = "a" }
resource "terraform_data" "second" {
  input = terraform_data.first.id
}
