-- When and how a session began, as its person sees it, and when the person last proved who they are; null in sessions from before.
alter table session
    add column proved_at timestamptz,
    add column method text check (length(method) between 1 and 50),
    add column device text check (length(device) between 1 and 256),
    add column network text check (length(network) between 1 and 50);
call classify('session', 'proved_at', 'internal', 'step-up');
call classify('session', 'method', 'internal', 'history');
call classify('session', 'device', 'confidential', 'lets the person recognise the session');
call classify('session', 'network', 'confidential', 'lets the person recognise the session');
