output "paths" { value = [path.module, path.root, path.cwd == abspath(path.root)] }
output "file" { value = file("${path.module}/text.txt") }
