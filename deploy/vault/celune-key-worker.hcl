# Background work on keys: makes, configures, rotates and destroys them, and can neither seal nor open.
path "celune-transit/keys/ws-*" {
  capabilities = ["create", "read", "update", "delete"]
}
