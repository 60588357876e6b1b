-- The end of the key that the log has warned of, so that it does once for each end.
alter table api_key add column warned_of timestamptz;
create index api_key_by_end on api_key (expires_at) where revoked_at is null;
create policy ending on api_key for select to ${app} using ((select app_is_platform()) and revoked_at is null and expires_at is not null);
call classify('api_key', 'warned_of', 'internal', 'one warning per end', 'never');
