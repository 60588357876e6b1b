-- Entries as hashed: bytes is the RFC 8785 form, the other columns are for search only (audit-log design, R29-R36).
create table audit_event (
    id           uuid primary key,
    workspace_id uuid        not null,
    recorded_at  timestamptz not null,
    occurred_at  timestamptz not null,
    action       text        not null,
    outcome      text        not null check (outcome in ('success', 'denied', 'failed')),
    actor_id     uuid,
    target_id    text,
    leaf_hash    bytea       not null check (octet_length(leaf_hash) = 32),
    bytes        bytea       not null check (octet_length(bytes) between 2 and 32768)
);
create index audit_event_by_time on audit_event (workspace_id, recorded_at desc, id desc);
create index audit_event_by_actor on audit_event (workspace_id, actor_id, recorded_at desc, id desc);
create index audit_event_by_target on audit_event (workspace_id, target_id, recorded_at desc, id desc);

-- What the sequencer has still to put into a tree.
create table audit_pending (
    event_id     uuid primary key,
    workspace_id uuid not null
);

-- E-mail, address and user agent of an entry, sealed and apart from it, so that erasing them leaves the entry whole.
create table audit_opening (
    event_id     uuid primary key,
    workspace_id uuid not null,
    sealed       bytea not null check (octet_length(sealed) > 44)
);

-- Actions whose beginning is committed and whose end is not: it goes in the commit that stores the end, or with the entry that says it is unknown.
create table audit_open (
    id           uuid primary key,
    workspace_id uuid        not null,
    event_id     uuid        not null,
    ends_by      timestamptz not null
);
create index audit_open_by_end on audit_open (ends_by);

create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'the audit log is append-only' using errcode = '42501'; end $$;

create trigger append_only before update or delete or truncate on audit_event
    for each statement execute function refuse_change();
alter table audit_event enable always trigger append_only;

do $$
declare t text;
begin
    foreach t in array array['audit_event', 'audit_pending', 'audit_opening'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy append on %I for insert to ${app} with check (workspace_id in ((select app_workspace_id()), operator_log()))', t);
        execute format('create policy append_any on %I for insert to ${audit} with check (true)', t);
        execute format('grant insert on %I to ${app}, ${audit}', t);
    end loop;
end $$;
alter table audit_open enable row level security;
alter table audit_open force row level security;
create policy ws_isolation on audit_open to ${app} using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()));
create policy platform on audit_open for select to ${app} using ((select app_is_platform()));
create policy ended_any on audit_open to ${audit} using (true) with check (false);
-- Locking a row needs the right to update a column of it.
grant select, insert, delete, update (ends_by) on audit_open to ${app};
grant select (id), delete on audit_open to ${audit};

create policy ws_read on audit_event for select to ${app}
    using (workspace_id = (select app_workspace_id()) or (workspace_id = operator_log() and (select app_is_platform())));
grant select on audit_event to ${app};

call classify_table('audit_event', 'workspace', 'audit', 'audit, 550 days');
call classify('audit_event', 'id', 'internal', 'names the entry', 'export', 'keep');
call classify('audit_event', 'workspace_id', 'internal', 'whose log', 'export', 'keep');
call classify('audit_event', 'recorded_at', 'internal', 'search', 'export', 'keep');
call classify('audit_event', 'occurred_at', 'internal', 'search', 'export', 'keep');
call classify('audit_event', 'action', 'internal', 'search', 'export', 'keep');
call classify('audit_event', 'outcome', 'internal', 'search', 'export', 'keep');
call classify('audit_event', 'actor_id', 'confidential', 'search', 'export', 'keep');
call classify('audit_event', 'target_id', 'internal', 'search', 'export', 'keep');
call classify('audit_event', 'leaf_hash', 'internal', 'proof', 'export', 'keep');
call classify('audit_event', 'bytes', 'confidential', 'the entry as hashed', 'export', 'keep');
call classify_table('audit_pending', 'workspace', 'audit', 'until sequenced');
call classify('audit_pending', 'event_id', 'internal', 'queue of the sequencer', 'never', 'keep');
call classify('audit_pending', 'workspace_id', 'internal', 'queue of the sequencer', 'never', 'keep');
call classify_table('audit_open', 'workspace', 'audit', 'until the action ends');
call classify('audit_open', 'id', 'internal', 'names the action', 'never');
call classify('audit_open', 'workspace_id', 'internal', 'whose log', 'never');
call classify('audit_open', 'event_id', 'internal', 'the entry of its beginning', 'never');
call classify('audit_open', 'ends_by', 'internal', 'when its end is unknown', 'never');
call classify_table('audit_opening', 'workspace', 'audit', 'audit, 550 days');
call classify('audit_opening', 'event_id', 'internal', 'names the entry', 'export', 'erase');
call classify('audit_opening', 'workspace_id', 'internal', 'whose log', 'export', 'erase');
call classify('audit_opening', 'sealed', 'critical', 'personal values of an entry', 'never', 'shred', 'envelope');
