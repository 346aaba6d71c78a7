locals {
  a = <<-EOT
    one
    ${1 +}
    two
  EOT
}
