# Functions under the core:: prefix, functions of the provider, and calls with expansion.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
locals { many = [[1, 2], [3]] }
output "core" { value = core::upper(core::join("-", ["a", "b"])) }
output "expanded" { value = concat(local.many...) }
output "arn" { value = provider::aws::arn_parse("arn:aws:iam::444455556666:role/example").account_id }
output "build" { value = provider::aws::arn_build("aws", "iam", "", "444455556666", "role/example") }
output "nested" { value = try(jsondecode("{"), coalesce("", "x"), "never") }
output "template" { value = templatestring(local.text, { name = "n" }) }
locals { text = "hello $${name}" }
