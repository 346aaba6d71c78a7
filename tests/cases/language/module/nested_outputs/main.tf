# Values pass through several modules and are converted on the way.
module "outer" {
  source = "./outer"
  in     = { a = 1, b = [true, "x"] }
}
output "through" { value = module.outer.through }
output "null_output" { value = module.outer.nothing == null }
output "object" { value = module.outer }
