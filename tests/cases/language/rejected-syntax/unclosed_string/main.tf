output "a" {
  value = "abc
}
output "b" {
  value = 1
}
