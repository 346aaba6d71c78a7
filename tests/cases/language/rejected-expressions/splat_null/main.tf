output "a" {
  value = "x"[*].name
}
