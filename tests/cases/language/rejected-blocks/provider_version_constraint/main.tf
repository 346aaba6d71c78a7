provider "aws" {
  version = "x"
}
