provider "aws" {
  alias = "a b"
}
