# Lines that end in CR LF, and a byte-order mark in another file.
locals {
  a = <<EOT
one
  two
EOT
  b = <<-EOT
    x
      y
  EOT
}
output "a" { value = local.a }
output "b" { value = local.b }
output "bom" { value = local.bom }
