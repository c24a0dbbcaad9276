-- Running it for years: two-factor, alerts, outgoing webhooks, feeds, backups, a chained audit log.

-- A second factor at sign-in (RFC 6238): its secret is sealed, and stands once a first code has proved it.
alter table users
    add column totp_secret bytea,
    add column totp_since timestamptz;

-- When an administrator last registered a number at Meta: whatever stopped its sending is to be tried anew.
alter table integrations add column registered_at timestamptz;

-- Alerts: what is wrong with the installation itself is a finding of no number, and is told as those of numbers are.
alter table findings
    alter column integration_id drop not null,
    add column snoozed_until timestamptz,                          -- nobody is told of it before
    add column told_from timestamptz;                              -- who was told before this is told again
drop index findings_open;
create unique index findings_open on findings (integration_id, kind) nulls not distinct where resolved_at is null;
create or replace function open_finding(new_id uuid, number uuid, what text, how_bad text, words jsonb, at timestamptz)
    returns bool language sql as $$
    update findings set resolved_at = null, told_at = null
    where id = (select id from findings
                where integration_id is not distinct from number and kind = what
                  and resolved_at > at - interval '10 minutes' and end_told_at is null
                order by resolved_at desc limit 1)
      and not exists (select from findings
                      where integration_id is not distinct from number and kind = what and resolved_at is null);
    with before as (
        select severity from findings
        where integration_id is not distinct from number and kind = what and resolved_at is null
    ), opened as (
        insert into findings (id, integration_id, kind, severity, detail, found_at, seen_at)
        values (new_id, number, what, how_bad, words, at, at)
        on conflict (integration_id, kind) where resolved_at is null
        do update set severity = excluded.severity, detail = excluded.detail, seen_at = excluded.seen_at,
                      told_at = case when excluded.severity = 'critical' and findings.severity <> 'critical' then null
                                     else findings.told_at end,
                      snoozed_until = case when excluded.severity = 'critical' and findings.severity <> 'critical'
                                           then null else findings.snoozed_until end
    )
    select not exists (select from before) or how_bad = 'critical' and (select severity from before) <> 'critical';
$$;
-- What each rule read last, and since when that is bad or well: an alert opens, and ends, only when it has lasted.
create table alert_rules (
    rule       text primary key,
    value      double precision,
    bad_since  timestamptz,
    well_since timestamptz,
    looked_at  timestamptz not null
);

-- A message that was sent again by hand: of which one. Once each.
alter table outbox add column resend_of uuid references outbox (id) on delete set null;
create unique index outbox_resends on outbox (resend_of) where resend_of is not null;
