# Objects follow moved blocks: renamed, and renamed again in a chain.
resource "terraform_data" "a" { input = "a" }
resource "terraform_data" "x" { input = "x" }
resource "terraform_data" "many" {
  count = 2
  input = count.index
}
