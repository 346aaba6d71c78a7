variable "az_count" { default = 3 }
variable "secret" {
  default   = "hush"
  sensitive = true
}
variable "names" {
  type    = list(string)
  default = ["ann", "bob"]
}
variable "opt" {
  type = list(object({
    name = string
    port = optional(number, 80)
    tags = optional(map(string), {})
    sub  = optional(object({ a = optional(string, "x"), b = optional(bool) }), {})
  }))
  default = [{ name = "a" }, { name = "b", port = null, sub = { a = "y" } }]
}
variable "any" { default = [1, "a", true] }
resource "terraform_data" "one" {}
resource "terraform_data" "many" { count = 2 }
locals {
  flush = <<-EOT
    %{for x in ["a", "b"]~}
    foo ${x}
      bar
    %{endfor~}
    end
  EOT
  mixed = <<-EOT
      ${1}

    x ${"q"}   z
  
     y
   EOT
  directive = <<-EOT
    %{if true}
      x
    %{endif}
    EOT
  plain = <<EOT
  a "quoted" \n $${x} %%{y}
EOT
  empty = <<EOT
EOT
  one = <<EOT
${var.az_count}
EOT
  obj  = { a = 1, "b c" = [1, 2], c = { d = null } }
  list = [{ a = 1, b = "x" }, { a = 2, b = "y" }]
  tl   = tolist([{ a = 1 }, { a = 2 }])
  m    = tomap({ x = 1, y = 2 })
  s    = toset(["b", "a"])
  unknown = terraform_data.one.id
}
