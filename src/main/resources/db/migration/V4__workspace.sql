create table workspace (
    id                    uuid primary key,
    name                  text        not null check (length(name) between 1 and 100),
    broker_per_minute     int check (broker_per_minute between 1 and 100000),
    api_key_max_days      int check (api_key_max_days between 1 and 3650),
    deletes_at            timestamptz,
    created_at            timestamptz not null,
    version               int         not null
);

-- Roles that a workspace defines for itself. People and service accounts name theirs; the foreign keys say that a name means something.
create table workspace_role (
    id           uuid primary key,
    workspace_id uuid        not null references workspace,
    name         text        not null check (name ~ '^[a-z][a-z0-9-]{1,39}$' and name not in ('owner', 'admin', 'member', 'auditor')),
    permissions  text[]      not null,
    created_by   uuid        not null,
    created_at   timestamptz not null,
    version      int         not null,
    unique (workspace_id, name)
);

create table membership (
    id           uuid primary key,
    workspace_id uuid        not null references workspace,
    user_id      uuid        not null,
    role         text        not null,
    own_role     text generated always as (case when role in ('owner', 'admin', 'member', 'auditor') then null else role end) stored,
    created_at   timestamptz not null,
    version      int         not null,
    unique (workspace_id, user_id),
    foreign key (workspace_id, own_role) references workspace_role (workspace_id, name)
);
create index membership_by_user on membership (user_id);

create table service_account (
    id           uuid primary key,
    workspace_id uuid        not null references workspace,
    name         text        not null check (length(name) between 1 and 100),
    role         text        not null,
    own_role     text generated always as (case when removed_at is not null or role in ('owner', 'admin', 'member', 'auditor') then null
        else role end) stored,
    created_by   uuid        not null,
    created_at   timestamptz not null,
    removed_at   timestamptz,
    version      int         not null,
    unique (workspace_id, id),
    foreign key (workspace_id, own_role) references workspace_role (workspace_id, name)
);

-- Its role is looked at again when it is accepted, by the membership that it makes.
create table invitation (
    id           uuid primary key,
    workspace_id uuid        not null references workspace,
    email        text        not null check (length(email) between 3 and 254),
    role         text        not null,
    code_hash    bytea       not null unique check (octet_length(code_hash) = 32),
    invited_by   uuid        not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    accepted_at  timestamptz,
    version      int         not null
);

do $$
declare t text;
begin
    foreach t in array array['workspace_role', 'membership', 'service_account', 'invitation'] loop
        execute format('create policy ws_isolation on %I to ${app} using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()))', t);
    end loop;
    foreach t in array array['workspace', 'workspace_role', 'membership', 'service_account', 'invitation'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy authentication on %I for select to ${authn} using (true)', t);
    end loop;
end $$;
create policy ws_isolation on workspace to ${app}
    using (id = (select app_workspace_id())) with check (id = (select app_workspace_id()));
create policy ending on workspace for select to ${app} using ((select app_is_platform()) and deletes_at is not null);
create policy own on membership for select to ${app} using (user_id = (select app_user_id()));
create policy own on workspace for select to ${app}
    using (id in (select m.workspace_id from membership m where m.user_id = (select app_user_id())));

-- Deleted are workspaces whose grace is over, with all that is theirs.
grant select, insert, update, delete on workspace, service_account, invitation, workspace_role, membership to ${app};
grant select (id, broker_per_minute, deletes_at) on workspace to ${authn};
grant select (workspace_id, name, permissions) on workspace_role to ${authn};
grant select (workspace_id, user_id, role, created_at) on membership to ${authn};
grant select (workspace_id, id, role, removed_at) on service_account to ${authn};
grant select (id, workspace_id, email, role, code_hash, expires_at, accepted_at) on invitation to ${authn};

call classify_table('workspace', 'workspace', 'workspace', 'life of the workspace');
call classify('workspace', 'id', 'internal', 'names the workspace');
call classify('workspace', 'name', 'internal', 'label');
call classify('workspace', 'broker_per_minute', 'internal', 'limit');
call classify('workspace', 'api_key_max_days', 'internal', 'policy');
call classify('workspace', 'deletes_at', 'internal', 'end of life');
call classify('workspace', 'created_at', 'internal', 'history');
call classify('workspace', 'version', 'internal', 'lost-update guard', 'never');
call classify_table('workspace_role', 'workspace', 'workspace', 'life of the role');
call classify('workspace_role', 'id', 'internal', 'names the role');
call classify('workspace_role', 'workspace_id', 'internal', 'whose role');
call classify('workspace_role', 'name', 'internal', 'what members name');
call classify('workspace_role', 'permissions', 'internal', 'authorization');
call classify('workspace_role', 'created_by', 'internal', 'history');
call classify('workspace_role', 'created_at', 'internal', 'history');
call classify('workspace_role', 'version', 'internal', 'lost-update guard', 'never');
call classify_table('membership', 'workspace', 'workspace', 'life of the membership');
call classify('membership', 'id', 'internal', 'names the membership', 'never');
call classify('membership', 'workspace_id', 'internal', 'whose member');
call classify('membership', 'user_id', 'internal', 'who');
call classify('membership', 'role', 'internal', 'authorization');
call classify('membership', 'own_role', 'internal', 'names a role of the workspace', 'never');
call classify('membership', 'created_at', 'internal', 'history');
call classify('membership', 'version', 'internal', 'lost-update guard', 'never');
call classify_table('service_account', 'workspace', 'workspace', 'life of the workspace');
call classify('service_account', 'id', 'internal', 'names the account');
call classify('service_account', 'workspace_id', 'internal', 'whose account');
call classify('service_account', 'name', 'internal', 'label');
call classify('service_account', 'role', 'internal', 'authorization');
call classify('service_account', 'own_role', 'internal', 'names a role of the workspace', 'never');
call classify('service_account', 'created_by', 'internal', 'history');
call classify('service_account', 'created_at', 'internal', 'history');
call classify('service_account', 'removed_at', 'internal', 'end of life');
call classify('service_account', 'version', 'internal', 'lost-update guard', 'never');
call classify_table('invitation', 'workspace', 'workspace', '90 days after expiry');
call expire_rows('invitation', 'expires_at', '90 days');
call classify('invitation', 'id', 'internal', 'names the invitation');
call classify('invitation', 'workspace_id', 'internal', 'whose invitation');
call classify('invitation', 'email', 'confidential', 'who may accept');
call classify('invitation', 'role', 'internal', 'authorization');
call classify('invitation', 'code_hash', 'critical', 'proof of the code', 'never', 'erase', 'digest');
call classify('invitation', 'invited_by', 'internal', 'history');
call classify('invitation', 'created_at', 'internal', 'history');
call classify('invitation', 'expires_at', 'internal', 'end of life');
call classify('invitation', 'accepted_at', 'internal', 'single use');
call classify('invitation', 'version', 'internal', 'lost-update guard', 'never');
