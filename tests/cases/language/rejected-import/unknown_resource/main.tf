import {
  to = terraform_data.nowhere
  id = "x"
}
