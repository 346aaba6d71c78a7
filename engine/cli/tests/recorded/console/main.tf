variable "name" {
  default = "x"
}

variable "secret" {
  default   = "s3cret"
  sensitive = true
}

# Nothing gives it a value: the console does not ask.
variable "missing" {
  type = number
}

locals {
  mixed = { list = [1, 2, 3], text = "multi\nline", none = null, deep = { "a b" = [{ x = true }] } }
  now   = timestamp()
}

resource "terraform_data" "one" {
  input = var.name
}

resource "terraform_data" "counted" {
  count = 2
  input = count.index
}

resource "terraform_data" "keyed" {
  for_each = toset(["a", "b"])
  input    = { key = each.key, secret = var.secret }
}

# Not applied yet: the state does not know it.
resource "terraform_data" "later" {
  input = terraform_data.one.id
}

module "inner" {
  source = "./inner"
  given  = terraform_data.one.output
}

output "out" {
  value = terraform_data.one.output
}
