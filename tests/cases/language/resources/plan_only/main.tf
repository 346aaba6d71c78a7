# Resources of AWS planned without any call: defaults, unknown values, references, conversions.
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  default_tags { tags = { by = "default", over = "default" } }
}
variable "zones" { default = ["a", "b"] }
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "v", over = "own" }
}
resource "aws_subnet" "s" {
  count             = length(var.zones)
  vpc_id            = aws_vpc.v.id
  cidr_block        = cidrsubnet(aws_vpc.v.cidr_block, 8, count.index)
  availability_zone = "eu-west-1${var.zones[count.index]}"
}
resource "aws_route_table_association" "a" {
  for_each       = { for i, z in var.zones : z => i }
  subnet_id      = aws_subnet.s[each.value].id
  route_table_id = aws_vpc.v.main_route_table_id
}
output "subnets" { value = aws_subnet.s[*].id }
output "cidrs" { value = { for s in aws_subnet.s : s.availability_zone => s.cidr_block } }
