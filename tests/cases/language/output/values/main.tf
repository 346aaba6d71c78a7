# Outputs of every kind of value; one that is null is none.
resource "terraform_data" "a" { input = { known = 1 } }
output "nothing" { value = null }
output "list_of_nothing" { value = [null, null] }
output "empty" { value = [{}, [], ""] }
output "whole" { value = terraform_data.a }
output "part" { value = terraform_data.a.input.known }
output "partly" { value = { a = 1, b = terraform_data.a.id, c = [terraform_data.a.id, 2] } }
output "set" { value = toset(["b", "a", terraform_data.a.input.known]) }
output "list" { value = tolist(["b", 1]) }
output "map" { value = tomap({ z = 1, a = "x" }) }
output "number" { value = 1 / 3 }
output "big" { value = 123456789012345678901234567890 }
output "small" { value = 1e-20 }
output "text" { value = "line\nbreak \"quoted\" ${"$"}{x} <&> é" }
