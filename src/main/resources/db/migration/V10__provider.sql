-- What the platform operator has decided about a provider: whether workspaces may use it (R54) and how it treats their data (R73).
create table provider_clearance (
    provider       text primary key check (provider ~ '^[a-z][a-z0-9-]{1,31}$'),
    approved_until timestamptz,
    policy_version int  not null check (policy_version >= 0),
    trains         boolean,
    retention_days int check (retention_days between 0 and 36500),
    region         text check (length(region) between 1 and 100),
    evidence       text check (length(evidence) between 1 and 1000),
    verified_by    uuid,
    verified_at    timestamptz,
    expires_at     timestamptz,
    version        int  not null,
    check (num_nulls(trains, retention_days, region, evidence, verified_by, verified_at, expires_at)
        = case policy_version when 0 then 7 else 0 end)
);

alter table provider_clearance enable row level security;
alter table provider_clearance force row level security;
create policy read on provider_clearance for select to ${app} using ((select app_workspace_id()) is not null);
create policy platform on provider_clearance to ${app} using ((select app_is_platform())) with check ((select app_is_platform()));
grant select, insert, update on provider_clearance to ${app};

call classify_table('provider_clearance', 'platform', 'provider', 'as long as the provider is in the catalogue');
call classify('provider_clearance', 'provider', 'internal', 'names the provider', 'never', 'keep');
call classify('provider_clearance', 'approved_until', 'internal', 'gate', 'never', 'keep');
call classify('provider_clearance', 'policy_version', 'internal', 'names the policy in the log', 'never', 'keep');
call classify('provider_clearance', 'trains', 'internal', 'gate', 'never', 'keep');
call classify('provider_clearance', 'retention_days', 'internal', 'published', 'never', 'keep');
call classify('provider_clearance', 'region', 'internal', 'published', 'never', 'keep');
call classify('provider_clearance', 'evidence', 'internal', 'published', 'never', 'keep');
call classify('provider_clearance', 'verified_by', 'internal', 'trace to the operator', 'never', 'keep');
call classify('provider_clearance', 'verified_at', 'internal', 'history', 'never', 'keep');
call classify('provider_clearance', 'expires_at', 'internal', 'gate', 'never', 'keep');
call classify('provider_clearance', 'version', 'internal', 'lost-update guard', 'never', 'keep');
