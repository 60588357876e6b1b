-- A code that was mailed proves the mailbox, too; one that an operator hands over does not.
alter table reset_code add column mailed boolean not null default false;
call classify('reset_code', 'mailed', 'internal', 'proves the mailbox', 'never');
alter table account add column email_verified_at timestamptz;
call classify('account', 'email_verified_at', 'internal', 'proof of the mailbox');
