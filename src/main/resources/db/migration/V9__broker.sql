-- What ended a right to something, for replicas that hold something open by it (R28). Written with the change; a hint wakes who listens.
create table credential_end (
    id           uuid primary key,
    ended_id     uuid        not null,
    workspace_id uuid,
    done_by      uuid,
    effective_at timestamptz not null
);
create index credential_end_by_time on credential_end (effective_at);

create function tell_of_credential_end() returns trigger language plpgsql as
$$ begin
    notify celune_credential_end;
    return null;
end $$;
create trigger tell after insert on credential_end for each statement execute function tell_of_credential_end();

alter table credential_end enable row level security;
alter table credential_end force row level security;
create policy note on credential_end for insert to ${app} with check (true);
create policy look on credential_end for select to ${authn} using (true);
grant select, insert on credential_end to ${app};
grant select on credential_end to ${authn};

call classify_table('credential_end', 'platform', 'broker', 'an hour');
call expire_rows('credential_end', 'effective_at', '1 hour');
call classify('credential_end', 'id', 'internal', 'names the end', 'never');
call classify('credential_end', 'ended_id', 'internal', 'what ended', 'never');
call classify('credential_end', 'workspace_id', 'internal', 'where it ended', 'never');
call classify('credential_end', 'done_by', 'internal', 'the replica that needs not be told', 'never');
call classify('credential_end', 'effective_at', 'internal', 'when it ends', 'never');
