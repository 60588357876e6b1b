-- The random key under which a workspace's fingerprints are made: equal secrets of two workspaces look different.
create table fingerprint_key (
    workspace_id uuid primary key references workspace,
    sealed       text not null check (sealed ~ '^(vault|ring):v[1-9][0-9]*:[A-Za-z0-9+/]+=*$')
);

create table provider_key (
    id            uuid primary key,
    workspace_id  uuid        not null references workspace,
    provider      text        not null check (provider ~ '^[a-z][a-z0-9-]{1,31}$'),
    name          text        not null check (length(name) between 1 and 100),
    base_url      text        not null check (length(base_url) <= 2048),
    header        text        not null check (length(header) between 1 and 64),
    scheme        text        not null check (length(scheme) <= 32),
    sealed        text        not null check (sealed ~ '^(vault|ring):v[1-9][0-9]*:[A-Za-z0-9+/]+=*$'),
    value_version int         not null check (value_version > 0),
    last4         text check (length(last4) = 4),
    fingerprint   text        not null check (fingerprint ~ '^[0-9a-f]{64}$'),
    quarantined_at timestamptz,
    attestation   int         not null check (attestation >= 0),
    attested_trains boolean,
    attested_retention_days int check (attested_retention_days between 0 and 36500),
    attested_region text check (length(attested_region) between 1 and 100),
    attested_until timestamptz,
    allowed_models text[] check (cardinality(allowed_models) between 1 and 100),
    allowed_paths text[] check (cardinality(allowed_paths) between 1 and 100),
    budget_requests bigint check (budget_requests > 0),
    budget_tokens bigint check (budget_tokens > 0),
    budget_cost   numeric(11, 2) check (budget_cost > 0),
    disabled_until timestamptz,
    priority      int check (priority between 1 and 1000),
    on_abort      text check (on_abort in ('stop', 'drain')),
    created_by    uuid        not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    version       int         not null,
    check (num_nulls(attested_trains, attested_retention_days, attested_region, attested_until)
        = case attestation when 0 then 4 else 0 end),
    unique (workspace_id, id)
);
create index provider_key_by_provider on provider_key (workspace_id, provider);

do $$
declare t text;
begin
    foreach t in array array['fingerprint_key', 'provider_key'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy ws_isolation on %I to ${app} using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()))', t);
    end loop;
end $$;
grant select, insert, delete, update (sealed) on fingerprint_key to ${app};
grant select, insert, update, delete on provider_key to ${app};

call classify_table('fingerprint_key', 'workspace', 'crypto', 'life of the workspace');
call classify('fingerprint_key', 'workspace_id', 'internal', 'whose key', 'never');
call classify('fingerprint_key', 'sealed', 'critical', 'makes fingerprints', 'never', 'shred', 'sealed');
call classify_table('provider_key', 'workspace', 'providerkey', 'life of the key');
call classify('provider_key', 'id', 'internal', 'names the key');
call classify('provider_key', 'workspace_id', 'internal', 'whose key');
call classify('provider_key', 'provider', 'internal', 'catalogue entry');
call classify('provider_key', 'name', 'internal', 'label');
call classify('provider_key', 'base_url', 'internal', 'where it is used');
call classify('provider_key', 'header', 'internal', 'where it is put');
call classify('provider_key', 'scheme', 'internal', 'where it is put');
call classify('provider_key', 'sealed', 'critical', 'the secret', 'never', 'shred', 'sealed');
call classify('provider_key', 'value_version', 'internal', 'binding');
call classify('provider_key', 'last4', 'confidential', 'recognition');
call classify('provider_key', 'fingerprint', 'confidential', 'recognition');
call classify('provider_key', 'quarantined_at', 'internal', 'integrity');
call classify('provider_key', 'attestation', 'internal', 'names the attestation in the log');
call classify('provider_key', 'attested_trains', 'internal', 'gate');
call classify('provider_key', 'attested_retention_days', 'internal', 'published');
call classify('provider_key', 'attested_region', 'internal', 'published');
call classify('provider_key', 'attested_until', 'internal', 'gate');
call classify('provider_key', 'allowed_models', 'internal', 'rule');
call classify('provider_key', 'allowed_paths', 'internal', 'rule');
call classify('provider_key', 'budget_requests', 'internal', 'rule');
call classify('provider_key', 'budget_tokens', 'internal', 'rule');
call classify('provider_key', 'budget_cost', 'internal', 'rule');
call classify('provider_key', 'disabled_until', 'internal', 'rule');
call classify('provider_key', 'priority', 'internal', 'which key first');
call classify('provider_key', 'on_abort', 'internal', 'metering');
call classify('provider_key', 'created_by', 'internal', 'history');
call classify('provider_key', 'created_at', 'internal', 'history');
call classify('provider_key', 'updated_at', 'internal', 'history');
call classify('provider_key', 'version', 'internal', 'lost-update guard', 'never');
