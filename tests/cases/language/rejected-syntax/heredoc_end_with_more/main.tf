locals {
  a = [<<EOT
hello
EOT, "x"]
}
