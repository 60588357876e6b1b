-- Proved by its value, or by the token of a workload: the claims iss, sub and aud.
create table api_key (
    id                 uuid primary key,
    workspace_id       uuid        not null references workspace,
    user_id            uuid references account,
    service_account_id uuid,
    name               text        not null check (length(name) between 1 and 100),
    prefix             text check (length(prefix) between 9 and 16),
    token_hash         bytea unique check (octet_length(token_hash) = 32),
    workload_issuer    text check (length(workload_issuer) between 1 and 255),
    workload_subject   text check (length(workload_subject) between 1 and 255),
    workload_audience  text check (length(workload_audience) between 1 and 255),
    scopes             text[]      not null,
    allowed_addresses  text[]      not null default '{}',
    -- Below what any key has; null for that.
    read_per_minute    int check (read_per_minute between 1 and 60),
    write_per_minute   int check (write_per_minute between 1 and 30),
    broker_per_minute  int check (broker_per_minute between 1 and 100000),
    replaces           uuid,
    created_by         uuid        not null,
    created_at         timestamptz not null,
    expires_at         timestamptz,
    -- The end of the key that the log has warned of, so that it does once for each end.
    warned_of          timestamptz,
    revoked_at         timestamptz,
    last_used_at       timestamptz,
    use_count          bigint      not null default 0,
    version            int         not null,
    unique (workspace_id, id),
    check ((user_id is null) <> (service_account_id is null)),
    check ((prefix is null) = (token_hash is null)),
    check ((workload_issuer is null) = (token_hash is not null)),
    check ((workload_subject is null) = (workload_issuer is null)),
    check ((workload_audience is null) = (workload_issuer is null)),
    check (workload_issuer is null or service_account_id is not null),
    foreign key (workspace_id, service_account_id) references service_account (workspace_id, id),
    foreign key (workspace_id, replaces) references api_key (workspace_id, id)
);
create index api_key_by_workspace on api_key (workspace_id, id);
create index api_key_by_end on api_key (expires_at) where revoked_at is null;
create unique index api_key_by_workload on api_key (workload_issuer, workload_subject, workload_audience) where revoked_at is null;
create index api_key_by_ended_workload on api_key (workload_issuer, workload_subject, workload_audience, revoked_at)
    where workload_issuer is not null;

create table api_key_binding (
    id              uuid primary key,
    workspace_id    uuid not null,
    api_key_id      uuid not null,
    provider_key_id uuid,
    -- Its foreign key stands where Slack connections are.
    slack_connection_id uuid,
    version         int  not null,
    check (num_nulls(provider_key_id, slack_connection_id) = 1),
    unique (workspace_id, api_key_id, provider_key_id),
    unique (workspace_id, api_key_id, slack_connection_id),
    foreign key (workspace_id, api_key_id) references api_key (workspace_id, id),
    foreign key (workspace_id, provider_key_id) references provider_key (workspace_id, id) on delete cascade
);

-- Calls of one key in one minute as one process counted them, and of how many the audit log tells (R27).
create table api_key_use (
    id           uuid primary key,
    workspace_id uuid        not null,
    api_key_id   uuid        not null,
    calls        bigint      not null,
    told         bigint      not null default 0 check (told between 0 and calls),
    first_at     timestamptz not null,
    last_at      timestamptz not null,
    addresses    bytea       not null check (octet_length(addresses) > 44),
    foreign key (workspace_id, api_key_id) references api_key (workspace_id, id)
);
create index api_key_use_untold on api_key_use (last_at) where told < calls;
create index api_key_use_by_time on api_key_use (last_at);

-- Revocation is permanent, an end only comes nearer, and a key stays in its workspace (R26, R28).
create function keep_api_key_facts() returns trigger language plpgsql as
$$ begin
    if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
        raise exception 'a revoked key stays revoked' using errcode = '42501';
    end if;
    if old.expires_at is not null and (new.expires_at is null or new.expires_at > old.expires_at) then
        raise exception 'a key does not live longer than it was made for' using errcode = '42501';
    end if;
    if new.workspace_id <> old.workspace_id then
        raise exception 'a key stays in its workspace' using errcode = '42501';
    end if;
    if (new.token_hash, new.workload_issuer, new.workload_subject, new.workload_audience)
        is distinct from (old.token_hash, old.workload_issuer, old.workload_subject, old.workload_audience) then
        raise exception 'a key is proved as it was when it was made' using errcode = '42501';
    end if;
    return new;
end $$;
create trigger keep_facts before update on api_key for each row execute function keep_api_key_facts();
alter table api_key enable always trigger keep_facts;

do $$
declare t text;
begin
    foreach t in array array['api_key', 'api_key_binding', 'api_key_use'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy ws_isolation on %I to ${app} using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()))', t);
    end loop;
end $$;
create policy ending on api_key for select to ${app} using ((select app_is_platform()) and revoked_at is null and expires_at is not null);
create policy platform on api_key_use for select to ${app} using ((select app_is_platform()));
create policy told on api_key_use for delete to ${app}
    using ((select app_is_platform()) and told = calls and last_at < now() - interval '1 day');
create policy authentication on api_key for select to ${authn} using (true);
create policy authentication on api_key_binding for select to ${authn} using (true);
grant select (workspace_id, api_key_id, provider_key_id, slack_connection_id) on api_key_binding to ${authn};
grant select, insert, update, delete on api_key to ${app};
grant select, insert, delete on api_key_binding to ${app};
grant select, insert, update, delete on api_key_use to ${app};
grant select (id, workspace_id, user_id, service_account_id, token_hash, workload_issuer, workload_subject, workload_audience, scopes, allowed_addresses,
    read_per_minute, write_per_minute, broker_per_minute, expires_at, revoked_at) on api_key
    to ${authn};

call classify_table('api_key', 'workspace', 'apikey', 'life of the workspace');
call classify('api_key', 'id', 'internal', 'names the key');
call classify('api_key', 'workspace_id', 'internal', 'whose key');
call classify('api_key', 'user_id', 'internal', 'principal');
call classify('api_key', 'service_account_id', 'internal', 'principal');
call classify('api_key', 'name', 'internal', 'label');
call classify('api_key', 'prefix', 'internal', 'recognition');
call classify('api_key', 'token_hash', 'critical', 'proof of the key', 'never', 'erase', 'digest');
call classify('api_key', 'workload_issuer', 'internal', 'proof of the key');
call classify('api_key', 'workload_subject', 'internal', 'proof of the key');
call classify('api_key', 'workload_audience', 'internal', 'proof of the key');
call classify('api_key', 'scopes', 'internal', 'authorization');
call classify('api_key', 'allowed_addresses', 'internal', 'authorization');
call classify('api_key', 'read_per_minute', 'internal', 'limit');
call classify('api_key', 'write_per_minute', 'internal', 'limit');
call classify('api_key', 'broker_per_minute', 'internal', 'limit');
call classify('api_key', 'replaces', 'internal', 'history');
call classify('api_key', 'created_by', 'internal', 'history');
call classify('api_key', 'created_at', 'internal', 'history');
call classify('api_key', 'expires_at', 'internal', 'end of life');
call classify('api_key', 'warned_of', 'internal', 'one warning per end', 'never');
call classify('api_key', 'revoked_at', 'internal', 'end of life');
call classify('api_key', 'last_used_at', 'internal', 'activity');
call classify('api_key', 'use_count', 'internal', 'activity');
call classify('api_key', 'version', 'internal', 'lost-update guard', 'never');
call classify_table('api_key_binding', 'workspace', 'apikey', 'with its keys');
call classify('api_key_binding', 'id', 'internal', 'names the binding', 'never');
call classify('api_key_binding', 'version', 'internal', 'lost-update guard', 'never');
call classify('api_key_binding', 'workspace_id', 'internal', 'whose binding');
call classify('api_key_binding', 'api_key_id', 'internal', 'which key');
call classify('api_key_binding', 'provider_key_id', 'internal', 'may use which secret');
call classify('api_key_binding', 'slack_connection_id', 'internal', 'may use which secret');
call classify_table('api_key_use', 'workspace', 'apikey', 'a day after the audit log told of it');
call classify('api_key_use', 'id', 'internal', 'names the count', 'never');
call classify('api_key_use', 'workspace_id', 'internal', 'whose key', 'never');
call classify('api_key_use', 'api_key_id', 'internal', 'which key', 'never');
call classify('api_key_use', 'calls', 'internal', 'activity', 'never');
call classify('api_key_use', 'told', 'internal', 'activity', 'never');
call classify('api_key_use', 'first_at', 'internal', 'activity', 'never');
call classify('api_key_use', 'last_at', 'internal', 'activity', 'never');
call classify('api_key_use', 'addresses', 'critical', 'where the calls came from', 'never', 'shred', 'envelope');
