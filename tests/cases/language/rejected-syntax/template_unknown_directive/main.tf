locals {
  a = "%{ while true }a%{ endwhile }"
}
