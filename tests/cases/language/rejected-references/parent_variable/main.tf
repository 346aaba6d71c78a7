variable "a" {
  default = 1
}
module "m" {
  source = "./m"
}
