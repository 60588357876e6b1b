# The serving process: seals and opens with keys that exist. It makes none: without "create" on encrypt, a key that was
# destroyed stays destroyed.
path "celune-transit/encrypt/ws-*" {
  capabilities = ["update"]
}
path "celune-transit/decrypt/ws-*" {
  capabilities = ["update"]
}
path "celune-transit/rewrap/ws-*" {
  capabilities = ["update"]
}
# Tells a key that is missing from one that is refused.
path "celune-transit/keys/ws-*" {
  capabilities = ["read"]
}
