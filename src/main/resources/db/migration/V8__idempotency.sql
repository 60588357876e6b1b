-- First answers of POSTs with an Idempotency-Key (G6); the row and the effect commit together.
create table idempotency_record (
    workspace_id    uuid        not null,
    principal_id    uuid        not null,
    key_hash        bytea       not null check (octet_length(key_hash) = 32),
    fingerprint     bytea       not null check (octet_length(fingerprint) = 32),
    status          int,
    location        text,
    etag            text,
    sealed_body     bytea check (octet_length(sealed_body) > 44),
    record_id       uuid        not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    primary key (workspace_id, principal_id, key_hash)
);
create index idempotency_by_expiry on idempotency_record (expires_at);
alter table idempotency_record enable row level security;
alter table idempotency_record force row level security;
create policy ws_isolation on idempotency_record to ${app}
    using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()));
-- Requests of a person who is in no workspace.
create policy own on idempotency_record to ${app}
    using (workspace_id = operator_log() and principal_id = (select app_user_id()))
    with check (workspace_id = operator_log() and principal_id = (select app_user_id()));
grant select, insert, update, delete on idempotency_record to ${app};

call classify_table('idempotency_record', 'workspace', 'idempotency', '24 hours');
call expire_rows('idempotency_record', 'expires_at', '0');
call classify('idempotency_record', 'workspace_id', 'internal', 'whose request', 'never');
call classify('idempotency_record', 'principal_id', 'internal', 'whose request', 'never');
call classify('idempotency_record', 'key_hash', 'critical', 'names the request', 'never', 'erase', 'digest');
call classify('idempotency_record', 'fingerprint', 'critical', 'recognises another request', 'never', 'erase', 'digest');
call classify('idempotency_record', 'status', 'internal', 'replay', 'never');
call classify('idempotency_record', 'location', 'internal', 'replay', 'never');
call classify('idempotency_record', 'etag', 'internal', 'replay', 'never');
call classify('idempotency_record', 'sealed_body', 'critical', 'replay', 'never', 'shred', 'envelope');
call classify('idempotency_record', 'record_id', 'internal', 'binding of the sealed body', 'never');
call classify('idempotency_record', 'created_at', 'internal', 'history', 'never');
call classify('idempotency_record', 'expires_at', 'internal', 'end of life', 'never');
