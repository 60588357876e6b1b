-- One row per workspace whose key exists in the secret store, those kept ready for workspaces to come included.
-- Whoever has the public key can seal; opening takes the private one, which the secret store alone can unseal.
create table workspace_key (
    workspace_id       uuid primary key,
    ready              boolean     not null,
    public_key         bytea       not null check (octet_length(public_key) = 1206),
    sealed_private_key text        not null check (sealed_private_key ~ '^(vault|ring):v[1-9][0-9]*:[A-Za-z0-9+/]+=*$'),
    created_at         timestamptz not null,
    -- From then on nothing is sealed or opened by it. The row stays: it alone says that a key was destroyed and never missing.
    shredding_at       timestamptz
);
create index workspace_key_shredding on workspace_key (shredding_at) where shredding_at is not null;
create index workspace_key_ready on workspace_key (workspace_id) where ready;

-- Keys of bulk data: each is what a key encapsulation under the workspace's public key gives, and serves many values.
create table data_key (
    id           uuid primary key,
    workspace_id uuid        not null references workspace_key,
    encapsulated bytea       not null check (octet_length(encapsulated) = 1088),
    created_at   timestamptz not null
);

alter table workspace_key enable row level security;
alter table workspace_key force row level security;
create policy ws_read on workspace_key for select to ${app}
    using (workspace_id = (select app_workspace_id())
        or (workspace_id = operator_log() and (select app_user_id()) is not null));
create policy ws_change on workspace_key for update to ${app}
    using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()));
create policy platform on workspace_key to ${app} using ((select app_is_platform())) with check ((select app_is_platform()));
create policy seal_any on workspace_key for select to ${audit} using (true);
grant select, insert, update (ready, sealed_private_key, shredding_at) on workspace_key to ${app};
grant select (workspace_id, public_key, shredding_at) on workspace_key to ${audit};

alter table data_key enable row level security;
alter table data_key force row level security;
create policy ws_read on data_key for select to ${app}
    using (workspace_id = (select app_workspace_id())
        or (workspace_id = operator_log() and (select app_user_id()) is not null));
create policy ws_delete on data_key for delete to ${app} using (workspace_id = (select app_workspace_id()));
create policy append_any on data_key for insert to ${audit} with check (true);
grant select, delete on data_key to ${app};
grant insert on data_key to ${audit};

call classify_table('workspace_key', 'workspace', 'crypto', 'life of the workspace');
call classify('workspace_key', 'workspace_id', 'internal', 'whose key', 'never');
call classify('workspace_key', 'ready', 'internal', 'still without a workspace', 'never');
call classify('workspace_key', 'public_key', 'critical', 'seals bulk data', 'never', 'shred', 'public-key');
call classify('workspace_key', 'sealed_private_key', 'critical', 'opens bulk data', 'never', 'shred', 'sealed');
call classify('workspace_key', 'created_at', 'internal', 'history', 'never');
call classify('workspace_key', 'shredding_at', 'internal', 'end of life', 'never', 'keep');
call classify_table('data_key', 'workspace', 'crypto', 'as long as what it seals');
call classify('data_key', 'id', 'internal', 'names the key', 'never', 'shred');
call classify('data_key', 'workspace_id', 'internal', 'whose key', 'never', 'shred');
call classify('data_key', 'encapsulated', 'critical', 'gives the key to who has the private key', 'never', 'shred', 'encapsulated');
call classify('data_key', 'created_at', 'internal', 'history', 'never', 'shred');
