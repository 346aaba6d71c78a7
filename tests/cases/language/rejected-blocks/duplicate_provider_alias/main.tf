provider "aws" {
  alias = "x"
}
provider "aws" {
  alias = "x"
}
