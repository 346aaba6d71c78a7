provider "aws" {
}
output "b" {
  value = provider.aws.region
}
