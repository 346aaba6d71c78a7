output "b" {
  value = data.x
}
