-- Moves of the installation from the keyring to Vault, and their dry runs. What is left to do is what the sealed values themselves show; at_workspace, at_column and at_id only
-- save looking at the same ones again.
create table keyring_move (
    id           uuid primary key,
    dry_run      boolean     not null,
    state        text        not null check (state in ('starting', 'rewrapping', 'looking', 'done', 'incomplete')),
    at_workspace uuid,
    at_column    text        not null,
    at_id        uuid,
    started_at   timestamptz not null,
    finished_at  timestamptz check ((finished_at is not null) = (state in ('done', 'incomplete')))
);
create unique index keyring_move_in_work on keyring_move ((true)) where finished_at is null;

-- What the last look of a run met that the keyring has sealed.
create table keyring_move_find (
    move_id      uuid   not null references keyring_move,
    workspace_id uuid   not null,
    column_name  text   not null,
    found        int    not null check (found > 0),
    failed       uuid[] not null check (cardinality(failed) <= found),
    primary key (move_id, workspace_id, column_name)
);

do $$
declare t text;
begin
    foreach t in array array['keyring_move', 'keyring_move_find'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy platform on %I to ${app} using ((select app_is_platform())) with check ((select app_is_platform()))', t);
    end loop;
end $$;
grant select, insert, update on keyring_move to ${app};
grant select, insert, update, delete on keyring_move_find to ${app};

call classify_table('keyring_move', 'platform', 'keyringmove', 'for ever');
call classify('keyring_move', 'id', 'internal', 'names the run', 'never', 'keep');
call classify('keyring_move', 'dry_run', 'internal', 'what was asked for', 'never', 'keep');
call classify('keyring_move', 'state', 'internal', 'progress', 'never', 'keep');
call classify('keyring_move', 'at_workspace', 'internal', 'progress', 'never', 'keep');
call classify('keyring_move', 'at_column', 'internal', 'progress', 'never', 'keep');
call classify('keyring_move', 'at_id', 'internal', 'progress', 'never', 'keep');
call classify('keyring_move', 'started_at', 'internal', 'history', 'never', 'keep');
call classify('keyring_move', 'finished_at', 'internal', 'history', 'never', 'keep');
call classify_table('keyring_move_find', 'platform', 'keyringmove', 'for ever');
call classify('keyring_move_find', 'move_id', 'internal', 'names the run', 'never', 'keep');
call classify('keyring_move_find', 'workspace_id', 'internal', 'whose values', 'never', 'keep');
call classify('keyring_move_find', 'column_name', 'internal', 'where they stand', 'never', 'keep');
call classify('keyring_move_find', 'found', 'internal', 'report', 'never', 'keep');
call classify('keyring_move_find', 'failed', 'internal', 'report', 'never', 'keep');
