provider "aws" {
}
provider "aws" {
}
