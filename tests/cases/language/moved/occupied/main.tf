# A move to an address that has an object already does not happen, with a warning.
resource "terraform_data" "a" { input = "a" }
resource "terraform_data" "b" { input = "b" }
