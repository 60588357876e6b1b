-- A person who signs in at a provider alone has no password, and an e-mail address for display only: not one to be found or matched by.
alter table account alter column password_hash drop not null;
alter table account alter column email drop not null;
alter table account drop constraint account_email_key;
create unique index account_by_email on account (email) where password_hash is not null;

-- Who a provider's person is here. Never matched by e-mail; an identity belongs to one account for good.
create table federated_identity (
    issuer    text        not null check (length(issuer) between 8 and 500),
    subject   text        not null check (length(subject) between 1 and 255),
    user_id   uuid        not null references account,
    linked_at timestamptz not null,
    primary key (issuer, subject)
);
create index federated_identity_by_user on federated_identity (user_id);

-- What a session has in addition when a browser holds it by the cookie. login_id stays when the session moves to another workspace: the provider's
-- tokens are sealed for it.
create table browser_session (
    session_id       uuid primary key references session on delete cascade,
    user_id          uuid        not null,
    cookie_hash      bytea       not null unique check (octet_length(cookie_hash) = 32),
    seen_at          timestamptz not null,
    provider         text        not null check (provider ~ '^[a-z][a-z0-9-]{0,30}$'),
    provider_subject text        not null check (length(provider_subject) between 1 and 255),
    provider_session text check (length(provider_session) between 1 and 255),
    login_id         uuid        not null,
    tokens_version   int         not null,
    sealed_tokens    bytea check (octet_length(sealed_tokens) between 45 and 65536),
    checked_at       timestamptz not null
);
create index browser_session_by_provider_session on browser_session (provider, provider_session);
create index browser_session_by_provider_subject on browser_session (provider, provider_subject);

do $$
declare t text;
begin
    foreach t in array array['federated_identity', 'browser_session'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy own on %I to ${app} using (user_id = (select app_user_id())) with check (user_id = (select app_user_id()))', t);
        execute format('create policy authentication on %I for select to ${authn} using (true)', t);
    end loop;
end $$;
create policy platform on federated_identity for insert to ${app} with check ((select app_is_platform()));

grant select, insert on federated_identity to ${app};
grant select, insert, update on browser_session to ${app};
grant select on federated_identity to ${authn};
grant select (session_id, user_id, cookie_hash, seen_at, provider, provider_subject, provider_session, checked_at)
    on browser_session to ${authn};

call classify_table('federated_identity', 'user', 'identity', 'life of the account');
call classify('federated_identity', 'issuer', 'internal', 'the provider');
call classify('federated_identity', 'subject', 'confidential', 'names the person at the provider');
call classify('federated_identity', 'user_id', 'internal', 'whose identity');
call classify('federated_identity', 'linked_at', 'internal', 'history');
call classify_table('browser_session', 'user', 'identity', 'with its session');
call classify('browser_session', 'session_id', 'internal', 'the session', 'never');
call classify('browser_session', 'user_id', 'internal', 'whose session', 'never');
call classify('browser_session', 'cookie_hash', 'critical', 'proof of the cookie', 'never', 'erase', 'digest');
call classify('browser_session', 'seen_at', 'internal', 'idle limit');
call classify('browser_session', 'provider', 'internal', 'where the person signed in');
call classify('browser_session', 'provider_subject', 'confidential', 'finds the session at the provider''s logout');
call classify('browser_session', 'provider_session', 'internal', 'finds the session at the provider''s logout', 'never');
call classify('browser_session', 'login_id', 'internal', 'binding of the sealed tokens', 'never');
call classify('browser_session', 'tokens_version', 'internal', 'binding of the sealed tokens', 'never');
call classify('browser_session', 'sealed_tokens', 'critical', 'asks the provider whether the person is still signed in', 'never', 'erase', 'envelope');
call classify('browser_session', 'checked_at', 'internal', 'when the provider was last asked', 'never');
