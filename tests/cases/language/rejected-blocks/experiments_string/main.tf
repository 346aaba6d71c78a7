terraform {
  experiments = "x"
}
