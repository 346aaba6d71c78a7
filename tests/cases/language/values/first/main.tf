resource "terraform_data" "x" { input = "a" }
output "o" { value = terraform_data.x.output }
output "k" { value = [1, true, "x"] }
