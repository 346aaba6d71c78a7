# Values of the same look but another type are a change; sensitive alone is one of the plan, too.
variable "step" { default = 1 }
resource "terraform_data" "number_to_text" { input = var.step == 1 ? 1 : tonumber("1") }
resource "terraform_data" "list_to_tuple" { input = var.secret }
resource "terraform_data" "stays" { input = tolist(["a"]) }
variable "secret" { default = "s" }
