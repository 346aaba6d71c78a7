output "a" {
  value = 1
  precondition {
    condition     = path.module == "2"
    error_message = "It is not two."
  }
}
