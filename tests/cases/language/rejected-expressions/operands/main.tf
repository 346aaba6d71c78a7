output "a" {
  value = 1 + "x"
}
output "b" {
  value = !"maybe"
}
output "c" {
  value = -"x"
}
output "d" {
  value = 1 && true
}
output "e" {
  value = [1] + [2]
}
output "f" {
  value = "a" < "b"
}
output "g" {
  value = null + 1
}
output "h" {
  value = null && true
}
output "i" {
  value = 1 < null
}
