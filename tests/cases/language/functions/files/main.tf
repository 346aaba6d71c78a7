# Functions that read files, with every kind of content.
output "text" { value = file("${path.module}/a.txt") }
output "base64" { value = filebase64("a.txt") }
output "hash" { value = filesha256("./a.txt") }
output "set" { value = fileset(path.module, "{a,b}*.txt") }
output "template" { value = templatefile("t.tftpl", { list = [1, 2], map = { a = "x" } }) }
output "missing" { value = fileexists("none.txt") ? file("none.txt") : "none" }
output "yaml" { value = yamldecode(file("c.yaml")) }
output "json" { value = jsondecode(file("d.json")) }
output "csv" { value = csvdecode(file("e.csv")) }
