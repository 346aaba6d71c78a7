terraform {
  experiments = [nothing_of_the_kind]
}
