# JSON and native files of one module refer to each other.
locals { from_native = "${local.from_json} native" }
output "o" { value = local.from_native }
