-- What each use of a provider key came to (R15): a row for each provider_key.use_completed, which PostgreSQL makes with the entry, so that the two cannot
-- differ, whoever writes the entry. A row for each and no sums: a time range may begin and end anywhere, and nobody waits for another's row.
create table provider_key_use (
    use_id          uuid        not null,
    workspace_id    uuid        not null,
    ended_at        timestamptz not null,
    provider_key_id uuid        not null,
    principal_id    uuid        not null,
    credential_id   uuid,
    model           text,
    input_tokens    bigint,
    output_tokens   bigint,
    lower_bound     boolean     not null,
    bytes_in        bigint,
    bytes_out       bigint,
    duration_millis bigint,
    cost            numeric
) partition by range (ended_at);
create index provider_key_use_by_time on provider_key_use (workspace_id, ended_at);

-- Months are made ahead of their time and dropped whole; what nobody has made one for still finds a place.
create table provider_key_use_else partition of provider_key_use default;

create function keep_use_months(months_kept int) returns void language plpgsql security definer set search_path = public, pg_temp as
$$
declare
    this_month timestamp := date_trunc('month', now() at time zone 'UTC');
    first      timestamp;
    month      text;
begin
    perform pg_advisory_xact_lock(hashtext('provider_key_use'));
    for ahead in 0..2 loop
        first := this_month + make_interval(months => ahead);
        month := 'provider_key_use_' || to_char(first, 'YYYYMM');
        if to_regclass(month) is null then
            execute format('create table %I partition of provider_key_use for values from (%L) to (%L)',
                month, first || 'Z', first + interval '1 month' || 'Z');
        end if;
    end loop;
    for month in select relid::regclass::text from pg_partition_tree('provider_key_use')
                  where isleaf and relid::regclass::text ~ '_[0-9]{6}$' loop
        if to_date(right(month, 6), 'YYYYMM') < this_month - make_interval(months => months_kept) then
            execute format('drop table %I', month);
        end if;
    end loop;
end $$;
revoke execute on function keep_use_months(int) from public;
grant execute on function keep_use_months(int) to ${app};
select keep_use_months(18);

-- What a key with a monthly budget has spent. Each call locks the key's row for as long as it takes to commit its beginning; the end of a use only adds a
-- row to provider_key_spending, which the next beginning adds up and deletes: ends never wait.
create table provider_key_budget (
    provider_key_id uuid    primary key,
    workspace_id    uuid    not null,
    month           date    not null,
    requests        bigint  not null,
    tokens          numeric not null,
    cost            numeric not null,
    foreign key (workspace_id, provider_key_id) references provider_key (workspace_id, id) on delete cascade
);
-- No foreign key: the end of a use must not fail because its key is gone. What nobody adds up any more expires.
create table provider_key_spending (
    provider_key_id uuid    not null,
    workspace_id    uuid    not null,
    ended_at        timestamptz not null,
    tokens          bigint  not null,
    cost            numeric not null
);
create index provider_key_spending_by_key on provider_key_spending (provider_key_id);

create function note_use() returns trigger language plpgsql as
$$
declare
    entry   jsonb := convert_from(new.bytes, 'UTF8');
    details jsonb := entry -> 'details';
begin
    insert into provider_key_use values (
        (details ->> 'use')::uuid,
        new.workspace_id,
        new.recorded_at,
        new.target_id::uuid,
        new.actor_id,
        (entry #>> '{credential,id}')::uuid,
        details ->> 'model',
        (details ->> 'inputTokens')::bigint,
        (details ->> 'outputTokens')::bigint,
        coalesce((details ->> 'lowerBound')::boolean, false),
        (details ->> 'bytesIn')::bigint,
        (details ->> 'bytesOut')::bigint,
        (details ->> 'durationMillis')::bigint,
        (details ->> 'cost')::numeric);
    if exists (select from provider_key_budget where provider_key_id = new.target_id::uuid) then
        insert into provider_key_spending values (
            new.target_id::uuid,
            new.workspace_id,
            new.recorded_at,
            coalesce((details ->> 'inputTokens')::bigint, 0) + coalesce((details ->> 'outputTokens')::bigint, 0),
            coalesce((details ->> 'cost')::numeric, 0));
    end if;
    return null;
end $$;
create trigger note_use after insert on audit_event for each row
    when (new.action = 'provider_key.use_completed') execute function note_use();
alter table audit_event enable always trigger note_use;

do $$
declare t text;
begin
    foreach t in array array['provider_key_use', 'provider_key_budget', 'provider_key_spending'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy ws_isolation on %I to ${app} using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()))', t);
    end loop;
end $$;
create policy append_any on provider_key_use for insert to ${audit} with check (true);
create policy append_any on provider_key_spending for insert to ${audit} with check (true);
create policy see_any on provider_key_budget for select to ${audit} using (true);
grant select, insert, delete on provider_key_use, provider_key_spending to ${app};
grant select, insert, update (month, requests, tokens, cost), delete on provider_key_budget to ${app};
grant insert on provider_key_use, provider_key_spending to ${audit};
grant select (provider_key_id) on provider_key_budget to ${audit};

call classify_table('provider_key_use', 'workspace', 'usage', '18 months');
call classify('provider_key_use', 'use_id', 'internal', 'names the use in the log');
call classify('provider_key_use', 'workspace_id', 'internal', 'whose use');
call classify('provider_key_use', 'ended_at', 'internal', 'time of the entry');
call classify('provider_key_use', 'provider_key_id', 'internal', 'with what');
call classify('provider_key_use', 'principal_id', 'internal', 'by whom');
call classify('provider_key_use', 'credential_id', 'internal', 'by what');
call classify('provider_key_use', 'model', 'internal', 'metering');
call classify('provider_key_use', 'input_tokens', 'internal', 'metering');
call classify('provider_key_use', 'output_tokens', 'internal', 'metering');
call classify('provider_key_use', 'lower_bound', 'internal', 'metering');
call classify('provider_key_use', 'cost', 'internal', 'metering');
call classify('provider_key_use', 'bytes_in', 'internal', 'metering');
call classify('provider_key_use', 'bytes_out', 'internal', 'metering');
call classify('provider_key_use', 'duration_millis', 'internal', 'latency');
call classify_table('provider_key_budget', 'workspace', 'providerkey', 'life of the key');
call classify('provider_key_budget', 'provider_key_id', 'internal', 'whose budget');
call classify('provider_key_budget', 'workspace_id', 'internal', 'whose key');
call classify('provider_key_budget', 'month', 'internal', 'when');
call classify('provider_key_budget', 'requests', 'internal', 'spent');
call classify('provider_key_budget', 'tokens', 'internal', 'spent');
call classify('provider_key_budget', 'cost', 'internal', 'spent');
call classify_table('provider_key_spending', 'workspace', 'providerkey', 'until the next use of the key');
call classify('provider_key_spending', 'provider_key_id', 'internal', 'with what');
call classify('provider_key_spending', 'workspace_id', 'internal', 'whose key');
call classify('provider_key_spending', 'ended_at', 'internal', 'when');
call classify('provider_key_spending', 'tokens', 'internal', 'spent');
call classify('provider_key_spending', 'cost', 'internal', 'spent');
call expire_rows('provider_key_spending', 'ended_at', '62 days');
