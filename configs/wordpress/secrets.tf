# Generated once and then kept in the state, which therefore is a secret itself.
#
# A change of these lines must not make new secrets: a new database password would lock WordPress out, new keys and salts
# would log everybody out. It also lets secrets that exist already be imported. To make a new one on purpose, run
# `wpinfra apply -replace='random_password.database'`.

resource "random_password" "database" {
  length  = 32
  special = false # RDS refuses some of the special characters

  lifecycle {
    ignore_changes = [length, special]
  }
}

# Left to itself, each start of a container makes new ones and logs everybody out.
resource "random_password" "wordpress" {
  for_each = toset([
    "AUTH_KEY",
    "SECURE_AUTH_KEY",
    "LOGGED_IN_KEY",
    "NONCE_KEY",
    "AUTH_SALT",
    "SECURE_AUTH_SALT",
    "LOGGED_IN_SALT",
    "NONCE_SALT",
  ])

  length = 64

  lifecycle {
    ignore_changes = [length]
  }
}

locals {
  database_password = random_password.database.result
  wordpress_secrets = { for name, secret in random_password.wordpress : name => secret.result }
}
