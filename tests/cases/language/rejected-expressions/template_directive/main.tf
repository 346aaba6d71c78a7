output "a" {
  value = "%{ if "maybe" }x%{ endif }"
}
output "b" {
  value = "%{ for x in 5 }x%{ endfor }"
}
output "c" {
  value = "%{ if null }x%{ endif }"
}
