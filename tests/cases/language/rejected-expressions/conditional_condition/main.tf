output "o" {
  value = "maybe" ? 1 : 2
}
