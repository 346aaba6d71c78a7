output "a" {
  value       = 1
  desciption = "x"
}
