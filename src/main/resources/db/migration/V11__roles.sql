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
alter table workspace_role enable row level security;
alter table workspace_role force row level security;
create policy ws_isolation on workspace_role to ${app}
    using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()));
create policy authentication on workspace_role for select to ${authn} using (true);
grant select, insert, update, delete on workspace_role to ${app};
grant select (workspace_id, name, permissions) on workspace_role to ${authn};

alter table membership drop constraint membership_role_check,
    add column own_role text generated always as (case when role in ('owner', 'admin', 'member', 'auditor') then null else role end) stored,
    add foreign key (workspace_id, own_role) references workspace_role (workspace_id, name);
alter table service_account drop constraint service_account_role_check,
    add column own_role text generated always as (case when removed_at is not null or role in ('owner', 'admin', 'member', 'auditor') then null
        else role end) stored,
    add foreign key (workspace_id, own_role) references workspace_role (workspace_id, name);
-- An invitation's role is looked at again when it is accepted, by the membership that it makes.
alter table invitation drop constraint invitation_role_check;

call classify_table('workspace_role', 'workspace', 'workspace', 'life of the role');
call classify('workspace_role', 'id', 'internal', 'names the role');
call classify('workspace_role', 'workspace_id', 'internal', 'whose role');
call classify('workspace_role', 'name', 'internal', 'what members name');
call classify('workspace_role', 'permissions', 'internal', 'authorization');
call classify('workspace_role', 'created_by', 'internal', 'history');
call classify('workspace_role', 'created_at', 'internal', 'history');
call classify('workspace_role', 'version', 'internal', 'lost-update guard', 'never');
call classify('membership', 'own_role', 'internal', 'names a role of the workspace', 'never');
call classify('service_account', 'own_role', 'internal', 'names a role of the workspace', 'never');
