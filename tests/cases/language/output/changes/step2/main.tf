output "stays" { value = 1 }
output "changes" { value = ["b"] }
output "type_changes" { value = 1 }
output "comes" { value = {} }
output "becomes_null" { value = null }
output "becomes_sensitive" {
  value     = "x"
  sensitive = true
}
