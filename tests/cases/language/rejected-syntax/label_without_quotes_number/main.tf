output 5 {
  value = 1
}
