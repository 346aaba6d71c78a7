module "m" {
  source  = "hashicorp/consul/aws"
  version = "x"
}
