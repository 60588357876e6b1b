-- Who a transaction speaks for. The three settings are transaction-local and set only by ai.celune.tenancy.Scope.
-- After a transaction-local set the value comes back as '', hence nullif.
create function app_workspace_id() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.workspace_id', true), '')::uuid $$;

create function app_user_id() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.user_id', true), '')::uuid $$;

create function app_is_platform() returns boolean language sql stable parallel safe as
$$ select coalesce(current_setting('app.platform', true), '') = 'on' $$;

-- The workspace id of the operator log: events that belong to no customer.
create function operator_log() returns uuid language sql immutable parallel safe as
$$ select '00000000-0000-0000-0000-000000000000'::uuid $$;

grant usage on schema public to ${app}, ${authn}, ${audit};

-- The classification registry (R38): every table has a kind, every column a tier. A test compares it with the catalogue.
create table classified_table (
    table_name text primary key check (table_name ~ '^[a-z_]+$'),
    kind       text not null check (kind in ('workspace', 'user', 'platform', 'registry')),
    owner      text not null,
    retention  text not null,
    expires_by text check (expires_by ~ '^[a-z_]+$'),
    kept       interval,
    check ((expires_by is null) = (kept is null))
);

create table classified_column (
    table_name    text not null references classified_table,
    column_name   text not null,
    tier          text not null check (tier in ('critical', 'confidential', 'internal', 'public')),
    purpose       text not null,
    export_rule   text not null check (export_rule in ('export', 'never')),
    erasure_rule  text not null check (erasure_rule in ('erase', 'keep', 'shred')),
    critical_kind text check (critical_kind in ('sealed', 'envelope', 'encapsulated', 'digest', 'phc', 'public-key')),
    primary key (table_name, column_name),
    check ((tier = 'critical') = (critical_kind is not null)),
    check (tier <> 'critical' or export_rule = 'never')
);

create procedure classify_table(name text, kind text, owner text, retention text) language sql as
$$ insert into classified_table (table_name, kind, owner, retention) values (name, kind, owner, retention) $$;

-- Rows go when the column's time is that long past. Background work may see and delete those of every workspace, and no others.
create procedure expire_rows(name text, by_column text, for_long interval) language plpgsql as
$$ begin
    update classified_table set expires_by = by_column, kept = for_long where table_name = name;
    execute format('create policy expired on %I to ${app} using ((select app_is_platform()) and %I < now() - %L::interval)'
        || ' with check (false)', name, by_column, for_long);
    execute format('grant delete on %I to ${app}', name);
end $$;

create procedure classify(name text, column_name text, tier text, purpose text,
                          export_rule text default 'export', erasure_rule text default 'erase', critical_kind text default null)
    language sql as
$$ insert into classified_column values (name, column_name, tier, purpose, export_rule, erasure_rule, critical_kind) $$;

grant select on classified_table, classified_column to ${app};

call classify_table('classified_table', 'registry', 'classification', 'life of the schema');
call classify('classified_table', 'table_name', 'public', 'names the table', 'never', 'keep');
call classify('classified_table', 'kind', 'public', 'who owns its rows', 'never', 'keep');
call classify('classified_table', 'owner', 'public', 'the package that owns it', 'never', 'keep');
call classify('classified_table', 'retention', 'public', 'how long rows live', 'never', 'keep');
call classify('classified_table', 'expires_by', 'public', 'the column whose time ends a row', 'never', 'keep');
call classify('classified_table', 'kept', 'public', 'how long a row stays after that', 'never', 'keep');
call classify_table('classified_column', 'registry', 'classification', 'life of the schema');
call classify('classified_column', 'table_name', 'public', 'names the table', 'never', 'keep');
call classify('classified_column', 'column_name', 'public', 'names the column', 'never', 'keep');
call classify('classified_column', 'tier', 'public', 'how it is protected', 'never', 'keep');
call classify('classified_column', 'purpose', 'public', 'why it is stored', 'never', 'keep');
call classify('classified_column', 'export_rule', 'public', 'whether an export carries it', 'never', 'keep');
call classify('classified_column', 'erasure_rule', 'public', 'what erasure does to it', 'never', 'keep');
call classify('classified_column', 'critical_kind', 'public', 'how a critical value is stored', 'never', 'keep');
