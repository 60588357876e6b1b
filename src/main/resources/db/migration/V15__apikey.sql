-- A workload whose token stands for the key, in place of a value: the claims iss, sub and aud.
alter table api_key
    alter column prefix drop not null,
    alter column token_hash drop not null,
    add column workload_issuer   text check (length(workload_issuer) between 1 and 255),
    add column workload_subject  text check (length(workload_subject) between 1 and 255),
    add column workload_audience text check (length(workload_audience) between 1 and 255),
    add check ((prefix is null) = (token_hash is null)),
    add check ((workload_issuer is null) = (token_hash is not null)),
    add check ((workload_subject is null) = (workload_issuer is null)),
    add check ((workload_audience is null) = (workload_issuer is null)),
    add check (workload_issuer is null or service_account_id is not null);
create unique index api_key_by_workload on api_key (workload_issuer, workload_subject, workload_audience) where revoked_at is null;
create index api_key_by_ended_workload on api_key (workload_issuer, workload_subject, workload_audience, revoked_at)
    where workload_issuer is not null;
grant select (workload_issuer, workload_subject, workload_audience) on api_key to ${authn};
call classify('api_key', 'workload_issuer', 'internal', 'proof of the key');
call classify('api_key', 'workload_subject', 'internal', 'proof of the key');
call classify('api_key', 'workload_audience', 'internal', 'proof of the key');

create or replace function keep_api_key_facts() returns trigger language plpgsql as
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
