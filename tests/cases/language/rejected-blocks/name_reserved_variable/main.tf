variable "count" {
}
variable "for_each" {
}
variable "providers" {
}
variable "source" {
}
variable "version" {
}
variable "lifecycle" {
}
variable "depends_on" {
}
variable "locals" {
}
