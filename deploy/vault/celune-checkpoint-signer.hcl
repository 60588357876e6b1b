# The audit log's publisher: signs heads, and keeps the last one where no database administrator can reach it.
path "celune-transit/sign/checkpoint" {
  capabilities = ["update"]
}
path "celune-transit/keys/checkpoint" {
  capabilities = ["read"]
}
path "celune-kv/data/checkpoints/*" {
  capabilities = ["create", "read", "update"]
}
