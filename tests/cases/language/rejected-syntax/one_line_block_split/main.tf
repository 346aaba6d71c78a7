variable "a" { type = string
}
