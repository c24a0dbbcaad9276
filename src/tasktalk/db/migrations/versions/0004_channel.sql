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
    told_at        timestamptz,
    resolved_at    timestamptz
);
create unique index findings_open on findings (integration_id, kind) where resolved_at is null;

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
    add column by_email bool not null default true,                -- when WhatsApp cannot reach me
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
