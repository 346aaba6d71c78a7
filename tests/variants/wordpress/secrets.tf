# Fixed secrets in place of generated ones: two runs, or two tools, get the same values.

variable "database_password" {
  type      = string
  sensitive = true
  default   = "Zm9yIHRlc3RzIG9ubHksIG5vdCBzZWNyZXQ"
}

variable "wordpress_secrets" {
  type      = map(string)
  sensitive = true
  default = {
    AUTH_KEY         = "auth-key <&> 1"
    SECURE_AUTH_KEY  = "secure-auth-key $$ %%{ 2"
    LOGGED_IN_KEY    = "logged-in-key \\ 3"
    NONCE_KEY        = "nonce-key ' 4"
    AUTH_SALT        = "auth-salt @ 5"
    SECURE_AUTH_SALT = "secure-auth-salt # 6"
    LOGGED_IN_SALT   = "logged-in-salt = 7"
    NONCE_SALT       = "nonce-salt ? 8"
  }
}

locals {
  database_password = var.database_password
  wordpress_secrets = var.wordpress_secrets
}
