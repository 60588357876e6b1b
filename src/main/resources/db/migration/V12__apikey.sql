-- The end of the key that the log has warned of, so that it does once for each end.
alter table api_key add column warned_of timestamptz;
create index api_key_by_end on api_key (expires_at) where revoked_at is null;
create policy ending on api_key for select to ${app} using ((select app_is_platform()) and revoked_at is null and expires_at is not null);
-- Below what any key has; null for that.
alter table api_key
    add column read_per_minute int check (read_per_minute between 1 and 60),
    add column write_per_minute int check (write_per_minute between 1 and 30),
    add column broker_per_minute int check (broker_per_minute between 1 and 100000);
grant select (read_per_minute, write_per_minute, broker_per_minute) on api_key to ${authn};
call classify('api_key', 'read_per_minute', 'internal', 'limit');
call classify('api_key', 'write_per_minute', 'internal', 'limit');
call classify('api_key', 'broker_per_minute', 'internal', 'limit');
call classify('api_key', 'warned_of', 'internal', 'one warning per end', 'never');
