-- A bot's token or the URL of a webhook (R14), with what Slack says of the bot.
create table slack_connection (
    id              uuid primary key,
    workspace_id    uuid        not null references workspace,
    type            text        not null check (type in ('bot', 'webhook')),
    name            text        not null check (length(name) between 1 and 100),
    sealed          text        not null check (sealed ~ '^(vault|ring):v[1-9][0-9]*:[A-Za-z0-9+/]+=*$'),
    value_version   int         not null check (value_version > 0),
    last4           text check (length(last4) = 4),
    fingerprint     text        not null check (fingerprint ~ '^[0-9a-f]{64}$'),
    signing_sealed  text check (signing_sealed ~ '^(vault|ring):v[1-9][0-9]*:[A-Za-z0-9+/]+=*$'),
    signing_version int         not null check (signing_version >= 0),
    quarantined_at  timestamptz,
    team_id         text check (length(team_id) between 1 and 32),
    team            text check (length(team) between 1 and 255),
    bot_user_id     text check (length(bot_user_id) between 1 and 32),
    scopes          text[]      not null,
    created_by      uuid        not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    version         int         not null,
    check ((signing_sealed is null) = (signing_version = 0)),
    check (num_nulls(team_id, team, bot_user_id) = case type when 'bot' then 0 else 3 end),
    check (type = 'bot' or (signing_version = 0 and scopes = '{}')),
    unique (workspace_id, id)
);

-- Signatures of requests that were told to be Slack's, so that each is once.
create table slack_inbound (
    workspace_id  uuid        not null,
    connection_id uuid        not null,
    signature     bytea       not null check (octet_length(signature) = 32),
    expires_at    timestamptz not null,
    primary key (workspace_id, connection_id, signature),
    foreign key (workspace_id, connection_id) references slack_connection (workspace_id, id) on delete cascade
);
create index slack_inbound_by_expiry on slack_inbound (expires_at);

alter table api_key_binding
    add foreign key (workspace_id, slack_connection_id) references slack_connection (workspace_id, id) on delete cascade;

do $$
declare t text;
begin
    foreach t in array array['slack_connection', 'slack_inbound'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy ws_isolation on %I to ${app} using (workspace_id = (select app_workspace_id())) with check (workspace_id = (select app_workspace_id()))', t);
    end loop;
end $$;
grant select, insert, update, delete on slack_connection to ${app};
grant select, insert, delete on slack_inbound to ${app};

call classify_table('slack_connection', 'workspace', 'slack', 'life of the connection');
call classify('slack_connection', 'id', 'internal', 'names the connection');
call classify('slack_connection', 'workspace_id', 'internal', 'whose connection');
call classify('slack_connection', 'type', 'internal', 'where it is used');
call classify('slack_connection', 'name', 'internal', 'label');
call classify('slack_connection', 'sealed', 'critical', 'the secret', 'never', 'shred', 'sealed');
call classify('slack_connection', 'value_version', 'internal', 'binding');
call classify('slack_connection', 'last4', 'confidential', 'recognition');
call classify('slack_connection', 'fingerprint', 'confidential', 'recognition');
call classify('slack_connection', 'signing_sealed', 'critical', 'proof of what comes in', 'never', 'shred', 'sealed');
call classify('slack_connection', 'signing_version', 'internal', 'binding');
call classify('slack_connection', 'quarantined_at', 'internal', 'integrity');
call classify('slack_connection', 'team_id', 'internal', 'where it is used');
call classify('slack_connection', 'team', 'internal', 'where it is used');
call classify('slack_connection', 'bot_user_id', 'internal', 'who it is there');
call classify('slack_connection', 'scopes', 'internal', 'what it may do there');
call classify('slack_connection', 'created_by', 'internal', 'history');
call classify('slack_connection', 'created_at', 'internal', 'history');
call classify('slack_connection', 'updated_at', 'internal', 'history');
call classify('slack_connection', 'version', 'internal', 'lost-update guard', 'never');
call classify_table('slack_inbound', 'workspace', 'slack', 'five minutes after the request was signed');
call expire_rows('slack_inbound', 'expires_at', '0');
call classify('slack_inbound', 'workspace_id', 'internal', 'whose connection', 'never');
call classify('slack_inbound', 'connection_id', 'internal', 'which connection', 'never');
call classify('slack_inbound', 'signature', 'internal', 'recognises a repetition', 'never');
call classify('slack_inbound', 'expires_at', 'internal', 'end of life', 'never');
