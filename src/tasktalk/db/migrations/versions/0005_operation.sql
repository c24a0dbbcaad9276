-- Running it for years: two-factor, alerts, outgoing webhooks, feeds, backups, a chained audit log.

-- A second factor at sign-in (RFC 6238): its secret is sealed, and stands once a first code has proved it.
alter table users
    add column totp_secret bytea,
    add column totp_since timestamptz;

-- When an administrator last registered a number at Meta: whatever stopped its sending is to be tried anew.
alter table integrations add column registered_at timestamptz;
