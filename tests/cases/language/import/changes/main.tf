# An import whose object is then updated or replaced in the same plan.
resource "terraform_data" "update" { input = "new" }
resource "terraform_data" "replace" { triggers_replace = "r" }
resource "terraform_data" "after" { input = terraform_data.update.id }
import {
  to = terraform_data.update
  id = "u"
}
import {
  to = terraform_data.replace
  id = "r"
}
