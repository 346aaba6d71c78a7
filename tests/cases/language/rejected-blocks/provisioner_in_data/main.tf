data "aws_region" "a" {
  provisioner "local-exec" {
    command = "true"
  }
}
