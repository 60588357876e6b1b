-- A person who signs in at a provider alone has no password, and an e-mail address for display only: not one to be found or matched by.
create table account (
    id                uuid primary key,
    email             text check (length(email) between 3 and 254 and email = lower(email)),
    email_verified_at timestamptz,
    password_hash     text check (password_hash like '$argon2id$%'),
    platform_operator boolean     not null,
    epoch             int         not null,
    created_at        timestamptz not null,
    version           int         not null
);
create unique index account_by_email on account (email) where password_hash is not null;

-- A session is one family of refresh tokens. epoch repeats that of the account at its birth: raising the account's ends all. How it began is for the person to
-- see; proved_at is when they last proved who they are.
create table session (
    id           uuid primary key,
    user_id      uuid        not null references account,
    workspace_id uuid references workspace on delete set null,
    epoch        int         not null,
    salt         bytea       not null check (octet_length(salt) = 32),
    generation   int         not null,
    created_at   timestamptz not null,
    rotated_at   timestamptz not null,
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    proved_at    timestamptz not null,
    method       text        not null check (length(method) between 1 and 50),
    device       text check (length(device) between 1 and 256),
    network      text check (length(network) between 1 and 50),
    version      int         not null
);
create index session_by_user on session (user_id);
create index session_by_expiry on session (expires_at);

create table refresh_token (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    session_id uuid not null references session on delete cascade,
    user_id    uuid not null,
    generation int  not null,
    unique (session_id, generation)
);

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

-- One that was mailed proves the mailbox, too; one that an operator hands over does not.
create table reset_code (
    id         uuid primary key,
    user_id    uuid        not null references account,
    code_hash  bytea       not null unique check (octet_length(code_hash) = 32),
    issued_by  uuid        not null,
    mailed     boolean     not null default false,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);

create table access_code (
    id           uuid primary key,
    code_hash    bytea       not null unique check (octet_length(code_hash) = 32),
    bootstrap    boolean     not null,
    issued_by    uuid,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    used_at      timestamptz,
    used_by      uuid,
    workspace_id uuid,
    revoked_at   timestamptz
);
create unique index one_bootstrap_code on access_code (bootstrap) where bootstrap;

-- Attempts to prove an identity, reserved before hashing; subject is the digest of an account name or an address prefix.
create table sign_in_attempt (
    subject      bytea primary key check (octet_length(subject) = 32),
    failures     int         not null,
    not_before   timestamptz not null,
    updated_at   timestamptz not null
);

-- Public halves of the replicas' signing keys; the private ones never leave their process.
create table signing_key (
    id         text primary key,
    public_key bytea       not null check (octet_length(public_key) between 64 and 256),
    created_at timestamptz not null,
    expires_at timestamptz not null
);

do $$
declare t text;
begin
    foreach t in array array['account', 'session', 'refresh_token', 'federated_identity', 'browser_session', 'reset_code', 'access_code', 'sign_in_attempt',
        'signing_key'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
    end loop;
    foreach t in array array['session', 'refresh_token', 'federated_identity', 'browser_session', 'reset_code'] loop
        execute format('create policy own on %I to ${app} using (user_id = (select app_user_id())) with check (user_id = (select app_user_id()))', t);
    end loop;
    foreach t in array array['access_code', 'sign_in_attempt', 'signing_key'] loop
        execute format('create policy platform on %I to ${app} using ((select app_is_platform())) with check ((select app_is_platform()))', t);
    end loop;
    foreach t in array array['account', 'session', 'refresh_token', 'federated_identity', 'browser_session', 'reset_code', 'access_code', 'signing_key'] loop
        execute format('create policy authentication on %I for select to ${authn} using (true)', t);
    end loop;
end $$;
create policy own on account to ${app} using (id = (select app_user_id())) with check (id = (select app_user_id()));
create policy platform on reset_code for insert to ${app} with check ((select app_is_platform()));
create policy platform on federated_identity for insert to ${app} with check ((select app_is_platform()));
create policy platform on account for select to ${app} using ((select app_is_platform()));
create policy members on account for select to ${app}
    using (id in (select m.user_id from membership m where m.workspace_id = (select app_workspace_id())));
alter table membership add foreign key (user_id) references account;

grant select, insert, update on account, reset_code, access_code to ${app};
grant select, insert, update on session, browser_session, signing_key to ${app};
grant select, insert on refresh_token, federated_identity to ${app};
grant select, insert, update, delete on sign_in_attempt to ${app};
grant select on account, session, refresh_token, federated_identity, reset_code, signing_key to ${authn};
grant select (session_id, user_id, cookie_hash, seen_at, provider, provider_subject, provider_session, checked_at)
    on browser_session to ${authn};
grant select (bootstrap, used_at) on access_code to ${authn};

call classify_table('account', 'user', 'identity', 'life of the account');
call classify('account', 'id', 'internal', 'names the person', 'export', 'keep');
call classify('account', 'email', 'confidential', 'sign-in');
call classify('account', 'email_verified_at', 'internal', 'proof of the mailbox');
call classify('account', 'password_hash', 'critical', 'sign-in', 'never', 'erase', 'phc');
call classify('account', 'platform_operator', 'internal', 'authorization');
call classify('account', 'epoch', 'internal', 'ends sessions', 'never');
call classify('account', 'created_at', 'internal', 'history');
call classify('account', 'version', 'internal', 'lost-update guard', 'never');
call classify_table('session', 'user', 'identity', '30 days after expiry');
call expire_rows('session', 'expires_at', '30 days');
call classify('session', 'id', 'internal', 'names the session');
call classify('session', 'user_id', 'internal', 'whose session');
call classify('session', 'workspace_id', 'internal', 'active workspace');
call classify('session', 'epoch', 'internal', 'ended with the account''s', 'never');
call classify('session', 'salt', 'internal', 'derives successors; useless without a token', 'never');
call classify('session', 'generation', 'internal', 'rotation', 'never');
call classify('session', 'created_at', 'internal', 'history');
call classify('session', 'rotated_at', 'internal', 'grace of two tabs');
call classify('session', 'expires_at', 'internal', 'end of life');
call classify('session', 'ended_at', 'internal', 'end of life');
call classify('session', 'proved_at', 'internal', 'step-up');
call classify('session', 'method', 'internal', 'history');
call classify('session', 'device', 'confidential', 'lets the person recognise the session');
call classify('session', 'network', 'confidential', 'lets the person recognise the session');
call classify('session', 'version', 'internal', 'lost-update guard', 'never');
call classify_table('refresh_token', 'user', 'identity', 'with its session');
call classify('refresh_token', 'token_hash', 'critical', 'proof of the token', 'never', 'erase', 'digest');
call classify('refresh_token', 'session_id', 'internal', 'family', 'never');
call classify('refresh_token', 'user_id', 'internal', 'whose token', 'never');
call classify('refresh_token', 'generation', 'internal', 'rotation', 'never');
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
call classify_table('reset_code', 'user', 'identity', '90 days after expiry');
call expire_rows('reset_code', 'expires_at', '90 days');
call classify('reset_code', 'id', 'internal', 'names the code', 'never');
call classify('reset_code', 'user_id', 'internal', 'whose code', 'never');
call classify('reset_code', 'code_hash', 'critical', 'proof of the code', 'never', 'erase', 'digest');
call classify('reset_code', 'issued_by', 'internal', 'history', 'never');
call classify('reset_code', 'mailed', 'internal', 'proves the mailbox', 'never');
call classify('reset_code', 'created_at', 'internal', 'history', 'never');
call classify('reset_code', 'expires_at', 'internal', 'end of life', 'never');
call classify('reset_code', 'used_at', 'internal', 'single use', 'never');
call classify_table('access_code', 'platform', 'identity', '550 days after expiry');
call expire_rows('access_code', 'expires_at', '550 days');
call classify('access_code', 'id', 'internal', 'names the code', 'never', 'keep');
call classify('access_code', 'code_hash', 'critical', 'proof of the code', 'never', 'keep', 'digest');
call classify('access_code', 'bootstrap', 'internal', 'makes the first operator', 'never', 'keep');
call classify('access_code', 'issued_by', 'internal', 'trace to the issuer', 'never', 'keep');
call classify('access_code', 'created_at', 'internal', 'history', 'never', 'keep');
call classify('access_code', 'expires_at', 'internal', 'end of life', 'never', 'keep');
call classify('access_code', 'used_at', 'internal', 'single use', 'never', 'keep');
call classify('access_code', 'used_by', 'internal', 'trace to the user', 'never', 'keep');
call classify('access_code', 'workspace_id', 'internal', 'trace to the workspace', 'never', 'keep');
call classify('access_code', 'revoked_at', 'internal', 'end of life', 'never', 'keep');
call classify_table('sign_in_attempt', 'platform', 'identity', '1 day');
call expire_rows('sign_in_attempt', 'updated_at', '1 day');
call classify('sign_in_attempt', 'subject', 'critical', 'whose attempts', 'never', 'erase', 'digest');
call classify('sign_in_attempt', 'failures', 'internal', 'brute-force guard', 'never');
call classify('sign_in_attempt', 'not_before', 'internal', 'brute-force guard', 'never');
call classify('sign_in_attempt', 'updated_at', 'internal', 'clean-up', 'never');
call classify_table('signing_key', 'platform', 'identity', 'until expiry');
call expire_rows('signing_key', 'expires_at', '0');
call classify('signing_key', 'id', 'public', 'names the key', 'never', 'keep');
call classify('signing_key', 'public_key', 'critical', 'verifies access tokens', 'never', 'keep', 'public-key');
call classify('signing_key', 'created_at', 'public', 'history', 'never', 'keep');
call classify('signing_key', 'expires_at', 'public', 'end of life', 'never', 'keep');
