resource "terraform_data" "r" {
  input = "changed"
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [triggers_replace]
  }
}
