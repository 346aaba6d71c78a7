# Optional attributes, their defaults, and defaults inside defaults.
variable "buckets" {
  type = list(object({
    name    = string
    enabled = optional(bool, true)
    website = optional(object({
      index         = optional(string, "index.html")
      error         = optional(string)
      routing_rules = optional(string)
    }), {})
    tags  = optional(map(string), { made = "here" })
    sizes = optional(list(number), [1, "2"])
    extra = optional(object({ deep = optional(object({ deeper = optional(number, 7) })) }))
  }))
  default = [
    { name = "first" },
    { name = "second", enabled = null, website = { index = null, error = "e.html" }, tags = {} },
    { name = "third", website = null, extra = {} },
    { name = "fourth", extra = { deep = {} }, sizes = [], ignored = 1 },
  ]
}
variable "plain" {
  type    = object({ a = optional(string), b = optional(number, 5) })
  default = {}
}
variable "in_map" {
  type    = map(object({ a = optional(string, "A"), b = optional(set(string), ["x"]) }))
  default = { one = {}, two = { a = "own", b = [] } }
}
variable "in_tuple" {
  type    = tuple([object({ a = optional(string, "A") }), string])
  default = [{}, "x"]
}
variable "empty_list" {
  type    = list(object({ a = optional(string, "A") }))
  default = []
}
output "buckets" { value = var.buckets }
output "plain" { value = var.plain }
output "in_map" { value = var.in_map }
output "in_tuple" { value = var.in_tuple }
output "empty_list" { value = var.empty_list }
