output "a" {
  value = { (null) = 1 }
}
output "b" {
  value = { ([1]) = 1 }
}
