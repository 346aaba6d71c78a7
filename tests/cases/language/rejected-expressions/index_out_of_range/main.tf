output "o" {
  value = [1, 2][2]
}
output "p" {
  value = [1, 2][-1]
}
output "q" {
  value = [1, 2][0.5]
}
output "r" {
  value = [1, 2]["x"]
}
output "s" {
  value = { a = 1 }["b"]
}
output "t" {
  value = { a = 1 }.b
}
output "u" {
  value = "abc"[0]
}
output "v" {
  value = toset(["a"])[0]
}
output "w" {
  value = tomap({ a = 1 }).b
}
output "x" {
  value = tolist([]) [0]
}
output "y" {
  value = [1][null]
}
