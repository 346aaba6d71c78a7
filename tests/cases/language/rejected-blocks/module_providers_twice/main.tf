provider "aws" {
}
module "m" {
  source = "./m"
  providers = {
    aws = aws
    aws = aws
  }
}
