variable "text" { type = string }
variable "list" { type = list(string) }
variable "object" { type = object({ name = string, size = number, color = optional(string, "red") }) }
variable "map" { type = map(string) }
variable "unknown" { type = string }
variable "objects" { type = list(object({ a = optional(string, "A"), b = optional(number, 1) })) }
output "seen" {
  value = { text = var.text, list = var.list, object = var.object, map = var.map, unknown = var.unknown }
}
output "objects" { value = var.objects }
