-- A channel that never goes silent: who is linked, how each message can go, templates, and the health of numbers.

-- What administrators and the system did to accounts, links, numbers and templates. Rows are only ever added.
create table audit (
    seq            bigint generated always as identity primary key,
    id             uuid not null unique,
    at             timestamptz not null default now(),
    actor_id       uuid references users on delete set null,
    actor          text not null default '',                       -- their name at that time; '' is the system
    action         text not null,                                  -- "phone.linked", "credential.replaced", …
    subject        text not null,
    subject_id     uuid,
    integration_id uuid,
    detail         jsonb not null default '{}'                     -- never a secret, never the text of a message
);
create index audit_subject on audit (subject_id, seq);
create function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception 'the audit is only ever added to' using errcode = 'insufficient_privilege'; end $$;
create trigger audit_is_kept before delete or truncate on audit for each statement execute function refuse_change();
create trigger audit_stays before update of seq, id, at, actor, action, subject, subject_id, integration_id, detail on audit
    for each statement execute function refuse_change();           -- actor_id alone may become null

-- A code that a phone sends us to prove whose it is: ten minutes, once. The hash is keyed, for codes are short.
create table link_codes (
    code_hash  bytea primary key,
    user_id    uuid not null references users on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz,
    contact_id uuid references contacts on delete set null
);
create index link_codes_user on link_codes (user_id);

alter table contacts
    add column linked_by text check (linked_by in ('code', 'admin', 'sandbox')),
    add column suspended_at timestamptz,                           -- another account has this phone now: relink first
    add column suspended_why text,
    add column wrong_codes smallint not null default 0,            -- in a row; three, and codes wait an hour
    add column wrong_code_at timestamptz,
    add column ignored_at timestamptz,                             -- an administrator does not want to see them listed
    add column messages bigint not null default 0;                 -- that they sent us
create index contacts_strangers on contacts (integration_id, id) where user_id is null;

-- What Meta says of a number and its token, as last asked or told.
alter table integrations
    add column number jsonb not null default '{}',
    add column token jsonb not null default '{}',                  -- {"expires_at","scopes",…}; never the token
    add column per_second int not null default 80,                 -- messages Meta takes
    add column checked_at timestamptz,
    add column delivered_at timestamptz,                           -- the last signed delivery for it
    add column templates_synced_at timestamptz,                    -- null: to be read from Meta
    add column monthly_budget numeric(12, 2),                      -- in `currency`; null: no bound
    add column currency text not null default 'USD';

-- What is wrong with a number, until it is not. One open row a kind.
create table findings (
    id             uuid primary key,
    integration_id uuid not null references integrations on delete cascade,
    kind           text not null,
    severity       text not null check (severity in ('critical', 'warning', 'info')),
    detail         jsonb not null default '{}',
    found_at       timestamptz not null default now(),
    seen_at        timestamptz not null default now(),
    told_at        timestamptz,                                    -- when it was noted whom to tell
    resolved_at    timestamptz,
    end_told_at    timestamptz                                     -- the same of its end
);
create unique index findings_open on findings (integration_id, kind) where resolved_at is null;
create index findings_ending on findings (resolved_at) where told_at is not null and end_told_at is null;
-- One that is open already is brought up to date; one that was over for a moment goes on. Answers whether it is new, or
-- has become worse than it was.
create function open_finding(new_id uuid, number uuid, what text, how_bad text, words jsonb, at timestamptz) returns bool
    language sql as $$
    update findings set resolved_at = null, told_at = null
    where id = (select id from findings
                where integration_id = number and kind = what and resolved_at > at - interval '10 minutes'
                  and end_told_at is null order by resolved_at desc limit 1)
      and not exists (select from findings where integration_id = number and kind = what and resolved_at is null);
    with before as (
        select severity from findings where integration_id = number and kind = what and resolved_at is null
    ), opened as (
        insert into findings (id, integration_id, kind, severity, detail, found_at, seen_at)
        values (new_id, number, what, how_bad, words, at, at)
        on conflict (integration_id, kind) where resolved_at is null
        do update set severity = excluded.severity, detail = excluded.detail, seen_at = excluded.seen_at,
                      told_at = case when excluded.severity = 'critical' and findings.severity <> 'critical' then null
                                     else findings.told_at end
    )
    select not exists (select from before) or how_bad = 'critical' and (select severity from before) <> 'critical';
$$;

-- A template in one language. `category` is what Meta says it is; `wanted_category` what we asked for.
create table templates (
    id              uuid primary key,
    integration_id  uuid not null references integrations on delete cascade,
    name            text not null,
    language        text not null,                                 -- Meta's code: "en", "pt_BR"
    purpose         text,                                          -- of our pack: "reminder", "digest", …
    wanted_category text not null default 'UTILITY',
    category        text,
    next_category   text,                                          -- what Meta said it will be, from then on
    next_category_at timestamptz,
    status          text not null default 'DRAFT',                 -- DRAFT, IN_REVIEW (ours), then Meta's words
    quality         text,
    reason          text,
    meta_id         text,
    parameter_format text not null default 'POSITIONAL',
    components      jsonb not null,
    samples         jsonb not null default '[]',
    created_by      uuid references users on delete set null,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    synced_at       timestamptz,
    unique (integration_id, name, language)
);
create table template_events (
    seq         bigint generated always as identity primary key,
    template_id uuid not null references templates on delete cascade,
    at          timestamptz not null default now(),
    actor_id    uuid references users on delete set null,
    event       text not null,
    detail      jsonb not null default '{}'
);
create index template_events_template on template_events (template_id, seq);

-- A reply goes before a notice, a notice before a digest.
alter table outbox
    add column rank smallint not null default 0,
    add column template_id uuid references templates on delete set null,
    drop constraint outbox_kind_check,
    add constraint outbox_kind_check check (kind in ('reply', 'reaction', 'notice', 'test', 'document'));
drop index outbox_waiting;
create index outbox_waiting on outbox (integration_id, rank, seq) where state = 'waiting';
create index outbox_yielding on outbox (contact_id) where state = 'waiting' and rank > 0;
-- What left in the last hour, by the order in which it is written.
create index attempts_started on attempts using brin (started_at) with (pages_per_range = 8, autosummarize = on);

-- Files on their way to WhatsApp: Meta must have one before a message can show it, so the message is written when it has.
create table documents (
    id             uuid primary key,
    integration_id uuid not null references integrations on delete cascade,
    contact_id     uuid not null references contacts on delete cascade,
    user_id        uuid not null references users on delete cascade,   -- who asked for it: it is read as they may
    inbox_seq      bigint,                                         -- the item it answers
    file           jsonb not null,                                 -- see `Sending` of the assistant
    caption        text not null default '',
    task_ids       uuid[] not null default '{}',
    state          text not null default 'waiting' check (state in ('waiting', 'uploading', 'sent', 'refused')),
    attempts       smallint not null default 0,
    next_try_at    timestamptz not null default now(),             -- while it is uploaded: when somebody else may take it
    created_at     timestamptz not null default now(),
    finished_at    timestamptz,
    outbox_id      uuid,
    error          text
);
create index documents_waiting on documents (next_try_at) where state in ('waiting', 'uploading');
create function announce_documents() returns trigger language plpgsql as
    $$ begin perform pg_notify('documents', ''); return null; end $$;
create trigger documents_announced after insert on documents for each statement execute function announce_documents();

-- What leaves by other ways than WhatsApp.
create table letters (
    id          uuid primary key,
    user_id     uuid not null references users on delete cascade,
    way         text not null check (way in ('email', 'apprise')),
    subject     text not null,                                     -- one line
    body        text not null,                                     -- plain text
    state       text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'refused')),
    attempts    smallint not null default 0,
    next_try_at timestamptz not null default now(),
    created_at  timestamptz not null default now(),
    finished_at timestamptz,
    error       text
);
create index letters_waiting on letters (next_try_at) where state in ('waiting', 'sending');
create function announce_letters() returns trigger language plpgsql as
    $$ begin perform pg_notify('letters', ''); return null; end $$;
create trigger letters_announced after insert on letters for each statement execute function announce_letters();

alter table preferences
    add column by_email bool,                                      -- when WhatsApp cannot reach me; null: not of tasks
    add column apprise_url bytea,                                  -- sealed
    add column monthly_messages int check (monthly_messages > 0);  -- WhatsApp messages I did not ask for; null: no bound

-- What was tried to tell a person something, way by way.
create table notice_tries (
    notice_id uuid not null references notices on delete cascade,
    number    smallint not null,
    at        timestamptz not null default now(),
    way       text not null check (way in ('chat', 'template', 'email', 'apprise')),
    outbox_id uuid,
    letter_id uuid,
    outcome   text,                                                -- null: on its way; 'sent', 'refused', 'passed over'
    why       text,
    primary key (notice_id, number)
);
create index notice_tries_outbox on notice_tries (outbox_id) where outbox_id is not null;
create index notice_tries_letter on notice_tries (letter_id) where letter_id is not null;

-- Notices' messages and letters of which it was learned that they did not arrive, until the planner has read them. Written
-- in the transaction that learned it, so that none is missed.
create table undelivered (
    id uuid primary key
);
create function note_undelivered() returns trigger language plpgsql as $$
begin
    insert into undelivered (id) values (new.id) on conflict do nothing;
    perform pg_notify('journal', '');
    return null;
end $$;
create trigger outbox_undelivered after update of state, status on outbox for each row
    when (new.kind = 'notice' and (new.state = 'refused' and old.state <> 'refused'
                                   or new.status = 'failed' and old.status is distinct from 'failed'))
    execute function note_undelivered();
create trigger letters_undelivered after update of state on letters for each row
    when (new.state = 'refused' and old.state <> 'refused')
    execute function note_undelivered();
alter table undelivered set (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 85);

-- What went through the numbers, a quarter of an hour a row, written once it is over (analytics/counting.py): the hours of
-- every time zone are made of quarters. All is counted when we heard of it, so that no figure moves. What is younger than
-- `traffic_counted` is counted when it is asked for.
create table traffic_counted (
    upto timestamptz not null
);
create unique index traffic_counted_once on traffic_counted ((true));
insert into traffic_counted (upto) values ('2000-01-01Z');  -- before everything: nothing is counted yet
create table traffic (
    integration_id uuid not null references integrations on delete cascade,
    quarter        timestamptz not null,                           -- its beginning
    received       int not null default 0,
    sent           int not null default 0,
    delivered      int not null default 0,
    read           int not null default 0,
    refused        int not null default 0,
    failed         int not null default 0,                         -- refused, or lost on the way
    replies        int not null default 0,                         -- messages that were answered
    reply_ms       bigint not null default 0,                      -- in all
    slowest_ms     bigint not null default 0,
    writers        int,                                            -- people who wrote in the hour that begins here
    primary key (integration_id, quarter)
);
create table traffic_people (
    integration_id uuid not null references integrations on delete cascade,
    quarter        timestamptz not null,
    person         uuid not null,                                  -- the contact, or a digest of the lane of who is none
    received       int not null,
    primary key (integration_id, quarter, person)
);
-- The same of whole days of UTC: most of a month is read from here.
create table traffic_people_days (
    integration_id uuid not null references integrations on delete cascade,
    day            timestamptz not null,                           -- its beginning
    person         uuid not null,
    received       int not null,
    primary key (integration_id, day, person)
);
-- What Meta said of the prices of delivered messages: "category/type".
create table charges (
    integration_id uuid not null references integrations on delete cascade,
    quarter        timestamptz not null,
    person         uuid not null,
    pricing        text not null,
    messages       int not null,
    primary key (integration_id, quarter, person, pricing)
);
create table charges_days (
    integration_id uuid not null references integrations on delete cascade,
    day            timestamptz not null,
    person         uuid not null,
    pricing        text not null,
    messages       int not null,
    primary key (integration_id, day, person, pricing)
);

alter table statuses add column heard_at timestamptz not null default now();
create index statuses_heard on statuses using brin (heard_at) with (pages_per_range = 8, autosummarize = on);
create index outbox_finished on outbox using brin (finished_at) with (pages_per_range = 8, autosummarize = on);
create index outbox_log on outbox (integration_id, created_at, seq);
create index outbox_failed on outbox (integration_id, created_at, seq) where state = 'refused' or status = 'failed';
create index inbox_log on inbox (phone_number_id, received_at, seq) where kind = 'message';
create index inbox_talk on inbox (lane, received_at, seq) where kind = 'message';

create function quarter_of(at timestamptz) returns timestamptz language sql immutable strict parallel safe
return date_bin('15 minutes', at, '2000-01-01 00:00+00');

-- Messages of which something was heard in that time, each with when it was first so: what was read was delivered.
create function outcomes_between(ids uuid[], since timestamptz, until timestamptz)
    returns table (integration_id uuid, contact_id uuid, refused bool, delivered_at timestamptz, read_at timestamptz,
                   failed_at timestamptz, priced_at timestamptz, pricing text) language sql stable as $$
    select o.integration_id, o.contact_id, o.state = 'refused', m.delivered_at, m.read_at, m.failed_at, m.priced_at, m.pricing
    from (
        select s.outbox_id,
               min(s.heard_at) filter (where s.status in ('delivered', 'read', 'played')) as delivered_at,
               min(s.heard_at) filter (where s.status in ('read', 'played')) as read_at,
               min(s.heard_at) filter (where s.status = 'failed') as failed_at,
               min(s.heard_at) filter (where s.pricing is not null) as priced_at,
               (array_agg(s.pricing order by s.heard_at, s.status) filter (where s.pricing is not null))[1] as pricing
        from (select distinct outbox_id from statuses where heard_at >= since and heard_at < until) as heard
        join statuses s on s.outbox_id = heard.outbox_id
        group by s.outbox_id
    ) as m
    join outbox o on o.id = m.outbox_id
    where o.integration_id = any(ids)
$$;

-- Figures a quarter and person. A reply's time runs from the arrival of what it answers until WhatsApp took it.
create function traffic_between(ids uuid[], since timestamptz, until timestamptz)
    returns table (integration_id uuid, quarter timestamptz, person uuid, received int, sent int, delivered int, read int,
                   refused int, failed int, replies int, reply_ms bigint, slowest_ms bigint) language sql stable as $$
    with received as (
        select i.id, b.phone_number_id, b.lane, quarter_of(b.received_at) as quarter, count(*) as received
        from integrations i join inbox b on b.phone_number_id = i.phone_number_id
        where b.kind = 'message' and b.received_at >= since and b.received_at < until and i.id = any(ids)
        group by 1, 2, 3, 4
    ), writers as (
        select l.lane, coalesce(c.id, md5(l.lane)::uuid) as person
        from (select distinct id, lane, substr(lane, length(phone_number_id) + 4) as identity from received) as l
        left join lateral (
            select id from contacts where integration_id = l.id and bsuid = l.identity
            union all
            select id from contacts where integration_id = l.id and wa_id = l.identity
            limit 1
        ) as c on true
    ), settled as (
        select o.integration_id, quarter_of(o.finished_at) as quarter, o.contact_id, o.state,
               case when b.seq is not null and o.state = 'accepted' and not exists (
                   select 1 from outbox before  -- the replies to a message are written together
                   where before.contact_id = o.contact_id and before.inbox_seq = o.inbox_seq
                     and before.seq < o.seq and before.seq > o.seq - 1000)
               then greatest(0, extract(epoch from o.finished_at - b.received_at) * 1000)::bigint end as reply_ms
        from outbox o left join inbox b on b.seq = o.inbox_seq
        where o.finished_at >= since and o.finished_at < until and o.state in ('accepted', 'refused')
          and o.integration_id = any(ids)
    ), outcomes as (
        select o.integration_id, quarter_of(e.at) as quarter, o.contact_id, e.delivered, e.read, e.failed
        from outcomes_between(ids, since, until) as o
        cross join lateral (values (o.delivered_at, 1, 0, 0), (o.read_at, 0, 1, 0),
                                   (case when not o.refused then o.failed_at end, 0, 0, 1)) as e (at, delivered, read, failed)
        where e.at >= since and e.at < until
    ), events as (
        select r.id, r.quarter, w.person, r.received, 0 as sent, 0 as delivered, 0 as read, 0 as refused, 0 as failed,
               null::bigint as reply_ms
        from received r join writers w on w.lane = r.lane
        union all
        select integration_id, quarter, contact_id, 0, (state = 'accepted')::int, 0, 0, (state = 'refused')::int,
               (state = 'refused')::int, reply_ms
        from settled
        union all
        select integration_id, quarter, contact_id, 0, 0, delivered, read, 0, failed, null from outcomes
    )
    select id, quarter, person, sum(received)::int, sum(sent)::int, sum(delivered)::int, sum(read)::int, sum(refused)::int,
           sum(failed)::int, count(reply_ms)::int, coalesce(sum(reply_ms), 0)::bigint, coalesce(max(reply_ms), 0)
    from events group by id, quarter, person
$$;

-- Rows for `charges`. What is not delivered costs nothing.
create function charges_between(ids uuid[], since timestamptz, until timestamptz) returns setof charges
    language sql stable as $$
    select integration_id, quarter_of(greatest(delivered_at, priced_at)), contact_id, pricing, count(*)::int
    from outcomes_between(ids, since, until)
    where delivered_at is not null and priced_at is not null
      and greatest(delivered_at, priced_at) >= since and greatest(delivered_at, priced_at) < until
    group by 1, 2, 3, 4
$$;
