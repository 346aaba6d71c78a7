# local-exec: environment, interpreter, working_dir, self, when, on_failure, order.
variable "word" { default = "one" }
resource "terraform_data" "a" {
  input            = { name = "n", word = var.word }
  triggers_replace = var.word
  provisioner "local-exec" {
    command     = "echo create $NAME ${self.input.word} >> log.txt"
    environment = { NAME = self.input.name }
  }
  provisioner "local-exec" {
    command     = "print('python', file=open('log.txt', 'a'))"
    interpreter = ["python3", "-c"]
  }
  provisioner "local-exec" {
    command    = "echo failing >> log.txt; exit 1"
    on_failure = continue
  }
  provisioner "local-exec" {
    when    = destroy
    command = "echo destroy ${self.output.word} ${path.module} >> log.txt"
  }
  provisioner "local-exec" {
    when        = "destroy"
    working_dir = path.module
    quiet       = true
    command     = "echo second >> log.txt"
  }
}
