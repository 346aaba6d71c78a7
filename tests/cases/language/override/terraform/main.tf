# terraform blocks merge; the backend of an override file counts.
terraform {
  required_version = ">= 1.0"
  backend "local" { path = "base.tfstate" }
}
terraform {
  required_version = "< 2.0"
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
resource "terraform_data" "a" { input = "a" }
