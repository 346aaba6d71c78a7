locals {
  a = <<
hello
EOT
}
