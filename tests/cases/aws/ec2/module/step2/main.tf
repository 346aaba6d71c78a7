provider "aws" {
  region = "ap-northeast-1"
}

# A whole network as people write it, by a local module.
module "network" {
  source = "./modules/network"

  cidr  = "10.0.0.0/16"
  zones = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]
  tags  = { project = "modules" }
}

output "subnets" {
  value = module.network.subnets
}
