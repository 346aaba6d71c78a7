variable "x" {
  default = "y"
}
terraform {
  backend "local" {
    path = "${var.x}.tfstate"
  }
}
