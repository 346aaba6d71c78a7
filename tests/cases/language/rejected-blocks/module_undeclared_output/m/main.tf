output "output" {
  value = 1
}
