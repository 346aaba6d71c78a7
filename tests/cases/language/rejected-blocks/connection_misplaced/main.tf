connection {
  host = "a"
}
