terraform {
  backend "locale" {
  }
}
