resources "a" "b" {
}
