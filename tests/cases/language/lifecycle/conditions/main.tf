# Conditions of resources and data sources, with self, each and count, known or not.
variable "allowed" { default = ["x", "y"] }
resource "terraform_data" "a" {
  for_each = toset(["x", "y"])
  input    = each.key
  lifecycle {
    precondition {
      condition     = contains(var.allowed, each.key)
      error_message = "${each.key} is not allowed."
    }
    postcondition {
      condition     = self.input == each.value
      error_message = "Must stay."
    }
    postcondition {
      condition     = self.output == each.value
      error_message = "Known later."
    }
  }
}
resource "terraform_data" "b" {
  count = 1
  input = count.index
  lifecycle {
    precondition {
      condition     = terraform_data.a["x"].id != "none"
      error_message = "Known later."
    }
    postcondition {
      condition     = self.input == count.index && self.id != ""
      error_message = "Known later."
    }
  }
}
