-- The life of a workspace's key since its first rotation, and how far what it sealed has come under the newest version. What is left to do is what the sealed values
-- themselves show; at_column and at_id only save looking at the same ones again.
create table encryption_key (
    id             uuid primary key,
    workspace_id   uuid        not null unique references workspace_key,
    key_version    int         not null check (key_version > 1),
    lowest_version int         not null check (lowest_version between 1 and key_version),
    rotated_at     timestamptz not null,
    state          text        not null check (state in ('running', 'verifying', 'done', 'incomplete')),
    at_column      text        not null,
    at_id          uuid,
    total          int         not null check (total >= 0),
    done           int         not null check (done >= 0),
    failed         int         not null check (failed >= 0),
    moved_at       timestamptz not null,
    finished_at    timestamptz check ((finished_at is not null) = (state in ('done', 'incomplete'))),
    version        int         not null
);
create index encryption_key_in_work on encryption_key (workspace_id) where finished_at is null;

alter table encryption_key enable row level security;
alter table encryption_key force row level security;
create policy ws_isolation on encryption_key to ${app}
    using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()));
create policy platform on encryption_key for select to ${app} using ((select app_is_platform()));
grant select, insert, update, delete on encryption_key to ${app};

call classify_table('encryption_key', 'workspace', 'encryptionkey', 'life of the workspace');
call classify('encryption_key', 'id', 'internal', 'names the row', 'never');
call classify('encryption_key', 'workspace_id', 'internal', 'whose key', 'never');
call classify('encryption_key', 'key_version', 'internal', 'seals', 'never');
call classify('encryption_key', 'lowest_version', 'internal', 'still opens', 'never');
call classify('encryption_key', 'rotated_at', 'internal', 'schedule', 'never');
call classify('encryption_key', 'state', 'internal', 'progress', 'never');
call classify('encryption_key', 'at_column', 'internal', 'progress', 'never');
call classify('encryption_key', 'at_id', 'internal', 'progress', 'never');
call classify('encryption_key', 'total', 'internal', 'progress', 'never');
call classify('encryption_key', 'done', 'internal', 'progress', 'never');
call classify('encryption_key', 'failed', 'internal', 'progress', 'never');
call classify('encryption_key', 'moved_at', 'internal', 'progress', 'never');
call classify('encryption_key', 'finished_at', 'internal', 'progress', 'never');
call classify('encryption_key', 'version', 'internal', 'lost-update guard', 'never');

-- What stays of a deleted workspace: how far its destruction has come, and how it was proved.
create table shred_record (
    workspace_id     uuid primary key,
    key_version      int         not null check (key_version > 0),
    begun_at         timestamptz not null,
    key_destroyed_at timestamptz,
    proved_at        timestamptz,
    failure          text check (length(failure) between 1 and 200),
    rows_deleted     bigint      not null check (rows_deleted >= 0),
    finished_at      timestamptz,
    horizon          timestamptz,
    check ((failure is null) = (proved_at is null)),
    check (proved_at is null or key_destroyed_at is not null),
    check (finished_at is null or proved_at is not null)
);
create index shred_record_in_work on shred_record (begun_at) where finished_at is null;

alter table shred_record enable row level security;
alter table shred_record force row level security;
create policy platform on shred_record to ${app} using ((select app_is_platform())) with check ((select app_is_platform()));
grant select, insert, update on shred_record to ${app};

call classify_table('shred_record', 'platform', 'shredding', 'for ever');
call classify('shred_record', 'workspace_id', 'internal', 'names what is gone', 'never', 'keep');
call classify('shred_record', 'key_version', 'internal', 'names the keys', 'never', 'keep');
call classify('shred_record', 'begun_at', 'internal', 'history', 'never', 'keep');
call classify('shred_record', 'key_destroyed_at', 'internal', 'proof', 'never', 'keep');
call classify('shred_record', 'proved_at', 'internal', 'proof', 'never', 'keep');
call classify('shred_record', 'failure', 'internal', 'proof', 'never', 'keep');
call classify('shred_record', 'rows_deleted', 'internal', 'progress', 'never', 'keep');
call classify('shred_record', 'finished_at', 'internal', 'history', 'never', 'keep');
call classify('shred_record', 'horizon', 'internal', 'proof', 'never', 'keep');
