# -replace of a single object and of an instance; one that would be created anyway is created.
resource "terraform_data" "a" { input = "a" }
resource "terraform_data" "many" {
  for_each = toset(["x", "y"])
  input    = each.key
}
resource "terraform_data" "dependent" { triggers_replace = terraform_data.a.id }
