check "a" {
  assert {
    condition = path.module != ""
  }
}
