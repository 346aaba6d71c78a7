provider {
  region = "x"
}
