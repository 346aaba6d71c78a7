# A module has its own version constraints and providers.
terraform {
  required_providers {
    amazon = { source = "hashicorp/aws" }
  }
}
provider "amazon" {
  region                      = "eu-west-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
module "m" {
  source    = "./child"
  providers = { aws = amazon }
}
