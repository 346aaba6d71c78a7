# path.module, path.root, path.cwd and terraform.workspace, in the root and in a module.
module "child" { source = "./modules/child" }
output "root" { value = [path.module, path.root, path.cwd, terraform.workspace] }
output "child" { value = module.child.paths }
output "file" { value = module.child.file }
output "template" { value = templatefile("${path.module}/text.tftpl", { names = ["a", "b"], n = 1 }) }
output "exists" { value = [fileexists("${path.module}/text.tftpl"), fileset(path.module, "**/*.txt")] }
