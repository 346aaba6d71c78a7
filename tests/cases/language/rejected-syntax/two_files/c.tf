output "x" {
  value = local.nowhere
}
