output "a" {
  value = "abc
