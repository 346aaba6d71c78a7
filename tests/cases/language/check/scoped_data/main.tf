# A data source inside of a check; its failure is a warning.
data "terraform_remote_state" "outside" {
  backend = "local"
  config  = { path = "${path.module}/other.json" }
}
check "reads" {
  data "terraform_remote_state" "inside" {
    backend = "local"
    config  = { path = "${path.module}/other.json" }
  }
  assert {
    condition     = data.terraform_remote_state.inside.outputs.name == "n"
    error_message = "Must be n."
  }
}
output "outside" { value = data.terraform_remote_state.outside.outputs }
