# Replacement before destruction spreads to what it depends on.
resource "terraform_data" "base" {
  triggers_replace = "1"
  input            = "base"
}
resource "terraform_data" "middle" {
  triggers_replace = terraform_data.base.id
}
resource "terraform_data" "top" {
  triggers_replace = terraform_data.middle.id
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "other" {
  triggers_replace = "1"
}
