locals {
  a = 1
  ]
}
