# Outputs that come, change, go, and stay.
output "stays" { value = 1 }
output "changes" { value = "a" }
output "type_changes" { value = "1" }
output "goes" { value = true }
output "becomes_null" { value = "x" }
output "becomes_sensitive" { value = "x" }
