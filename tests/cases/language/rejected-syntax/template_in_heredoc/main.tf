locals {
  a = <<-EOT
    one
    %{ if true }
    two
  EOT
  b = 1
}
