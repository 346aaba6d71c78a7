# An import of what is recorded already does nothing; over a set, with keys from each.value.
variable "names" {
  type    = list(string)
  default = ["p", "q"]
}
resource "terraform_data" "each" { for_each = toset(var.names) }
import {
  for_each = toset(var.names)
  to       = terraform_data.each[each.value]
  id       = "id-${each.key}"
}
