# Numbers: precision, printing, and conversions.
locals {
  values = {
    third    = 1 / 3
    sum      = 0.1 + 0.2
    big      = 9007199254740993
    huge     = 123456789012345678901234567890.5
    tiny     = 1e-10
    power    = 2e3
    negative = -0.5
    modulo   = 5.5 % 2
    from     = tonumber("1e3")
    mixed    = 1.0
  }
}
resource "terraform_data" "a" { input = local.values }
output "values" { value = local.values }
output "texts" { value = { for k, v in local.values : k => tostring(v) } }
output "json" { value = jsonencode(local.values) }
