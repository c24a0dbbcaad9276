-- The first release: people, numbers, the inbox and the outbox, tasks and their journal.
-- Ids are UUIDv7 made by us (ascending with creation); `seq` columns order a queue.

create table users (
    id          uuid primary key,
    name        text not null,
    email       text unique,
    role        text not null default 'member' check (role in ('owner', 'admin', 'member')),
    password    text,                                   -- argon2 hash; null: sign-in by link only
    language    text not null default 'en',
    timezone    text not null default 'UTC',
    created_at  timestamptz not null default now(),
    disabled_at timestamptz
);

create table sessions (
    token_hash   bytea primary key,
    user_id      uuid not null references users on delete cascade,
    csrf         text not null,
    created_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at   timestamptz not null,
    user_agent   text not null default ''
);
create index sessions_user on sessions (user_id);

create table login_links (
    token_hash bytea primary key,
    user_id    uuid not null references users on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz
);

create table api_tokens (
    id           uuid primary key,
    user_id      uuid not null references users on delete cascade,
    name         text not null,
    token_hash   bytea not null unique,
    scopes       text[] not null default '{}',
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at   timestamptz
);
create index api_tokens_user on api_tokens (user_id);

-- One WhatsApp Business number. `graph_url` null: Meta's own Graph API.
create table integrations (
    id                   uuid primary key,
    name                 text not null,
    waba_id              text not null,
    phone_number_id      text not null unique,
    display_phone_number text not null default '',
    business_name        text not null default '',
    app_id               text not null default '',
    graph_url            text,
    created_at           timestamptz not null default now(),
    disabled_at          timestamptz
);

-- Sealed values (see crypto.py). A replaced secret stays valid until `retires_at`.
create table credentials (
    id             uuid primary key,
    integration_id uuid not null references integrations on delete cascade,
    kind           text not null check (kind in ('access_token', 'verify_token', 'app_secret')),
    sealed         bytea not null,
    created_at     timestamptz not null default now(),
    retires_at     timestamptz
);
create index credentials_integration on credentials (integration_id, kind);

-- A WhatsApp user as one of our numbers sees them. The business-scoped user id (bsuid) is the key; the phone is optional.
create table contacts (
    id             uuid primary key,
    integration_id uuid not null references integrations on delete cascade,
    bsuid          text,
    wa_id          text,
    profile_name   text not null default '',
    username       text,
    user_id        uuid references users on delete set null,       -- the linked person
    linked_at      timestamptz,
    first_seen_at  timestamptz not null default now(),
    last_seen_at   timestamptz,
    window_until   timestamptz,                                    -- end of the customer service window
    registration_answered_at timestamptz,
    check (bsuid is not null or wa_id is not null)
);
create unique index contacts_bsuid on contacts (integration_id, bsuid);
create unique index contacts_wa_id on contacts (integration_id, wa_id);
create index contacts_user on contacts (user_id);

-- What Meta delivered, one row a message, status or change. `key` is a digest of what makes the item the same item.
create table inbox (
    seq             bigint generated always as identity primary key,
    key             bytea not null unique,
    lane            text not null,                                 -- the conversation; handled in order
    kind            text not null check (kind in ('message', 'status', 'change', 'unreadable')),
    phone_number_id text,
    payload         text not null,                                 -- JSON of the item with its context
    received_at     timestamptz not null default now(),
    state           text not null default 'waiting' check (state in ('waiting', 'done', 'dead')),
    attempts        smallint not null default 0,
    next_try_at     timestamptz not null default '-infinity',
    finished_at     timestamptz,
    error           text,
    note            text                                           -- what became of it, for the message log
);
create index inbox_waiting on inbox (seq) where state = 'waiting';
create index inbox_lane on inbox (lane, seq) where state = 'waiting';
create index inbox_dead on inbox (seq) where state = 'dead';
alter table inbox set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, fillfactor = 85);

-- Finished rows are counted here, a row a worker, so that figures survive restarts and retention.
create table queue_totals (
    queue     text not null,
    worker    uuid not null,
    completed bigint not null default 0,
    busy_ms   bigint not null default 0,
    primary key (queue, worker)
);

create table queue_control (
    queue      text primary key,
    state      text not null check (state in ('active', 'paused', 'draining')),
    generation int not null default 0,                             -- workers of an older generation restart
    drain_to   bigint,                                             -- while draining: the last item to finish
    changed_at timestamptz not null default now(),
    changed_by uuid references users on delete set null
);
insert into queue_control (queue, state) values ('inbox', 'active');

create table workers (
    id            uuid primary key,
    host          text not null,
    pid           int not null,
    started_at    timestamptz not null default now(),
    beat_at       timestamptz not null default now(),
    stopped_at    timestamptz,
    processing    int not null default 0,
    figures       jsonb not null default '{}'
);

create table projects (
    id          uuid primary key,
    owner_id    uuid not null references users on delete cascade,
    name        text not null,
    colour      text,
    position    double precision not null default 0,
    version     int not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    archived_at timestamptz,
    deleted_at  timestamptz
);
create index projects_owner on projects (owner_id) where deleted_at is null;

create table project_members (
    project_id uuid not null references projects on delete cascade,
    user_id    uuid not null references users on delete cascade,
    role       text not null check (role in ('owner', 'editor', 'viewer')),
    added_at   timestamptz not null default now(),
    primary key (project_id, user_id)
);
create index project_members_user on project_members (user_id);

-- Case and accents away, for comparing names and searching; `tasks/names.py` does the same.
create function fold(t text) returns text language sql immutable strict parallel safe
return case when octet_length(t) = length(t) then lower(t)  -- ASCII, mostly
            else lower(regexp_replace(normalize(t, NFKD), '[\u0300-\u036F]', '', 'g')) end;

-- A task without a project lies in its owner's Inbox. `due_on` alone: a whole day. With `due_time`: `due_at` is the instant.
create table tasks (
    id                uuid primary key,
    owner_id          uuid not null references users on delete cascade,
    project_id        uuid references projects on delete cascade,
    parent_id         uuid references tasks on delete cascade,
    title             text not null check (length(title) between 1 and 1000),
    notes             text not null default '',
    status            text not null default 'open' check (status in ('open', 'done', 'cancelled')),
    priority          smallint check (priority between 1 and 4),
    due_on            date,
    due_time          time,
    due_at            timestamptz,
    due_zone          text,
    start_on          date,
    deadline_on       date,
    duration_minutes  int check (duration_minutes > 0),
    recurrence        jsonb,                                       -- {"rrule","from","text"}
    section           text,
    labels            text[] not null default '{}',
    assignees         uuid[] not null default '{}',
    position          double precision not null default 0,
    source_channel    text,
    source_message_id text,
    version           int not null default 1,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    completed_at      timestamptz,
    deleted_at        timestamptz,
    check (due_time is null or due_on is not null)
);
create index tasks_owner_open on tasks (owner_id, due_on) where status = 'open' and deleted_at is null;
create index tasks_project_open on tasks (project_id, due_on) where status = 'open' and deleted_at is null;
create index tasks_owner on tasks (owner_id, id) where deleted_at is null;
create index tasks_project on tasks (project_id, id) where deleted_at is null;
create index tasks_parent on tasks (parent_id) where parent_id is not null;
create index tasks_source on tasks (source_message_id) where source_message_id is not null;

-- Every change of a task or project, with the row before and after: the event stream, and what undo reads.
create table journal (
    seq        bigint generated always as identity primary key,
    at         timestamptz not null default now(),
    change_set uuid not null,                                      -- one turn or request
    actor_id   uuid references users on delete set null,
    subject    text not null check (subject in ('task', 'project')),
    subject_id uuid not null,
    verb       text not null,
    before     jsonb,
    after      jsonb,
    channel    text not null default 'web',
    undone_at  timestamptz,
    undoes     uuid                                                -- an undo: the change set it took back
);
create index journal_change_set on journal (change_set);
create index journal_subject on journal (subject_id, seq);
create index journal_actor on journal (actor_id, seq);

-- What a person and the assistant are talking about, the same on every channel.
create table dialogues (
    user_id       uuid primary key references users on delete cascade,
    focus         uuid,                                            -- the task in focus
    listed        uuid[] not null default '{}',                    -- the last list, in the order it was numbered
    listed_at     timestamptz,
    pending       text                                             -- what was asked while we ask back which task
);

-- Everything that leaves for WhatsApp. `id` travels as biz_opaque_callback_data.
create table outbox (
    seq            bigint generated always as identity primary key,
    id             uuid not null unique,
    integration_id uuid not null references integrations on delete cascade,
    contact_id     uuid not null references contacts on delete cascade,
    kind           text not null check (kind in ('reply', 'reaction', 'notice', 'test')),
    message        text not null,                                  -- JSON as for POST /messages, without the address
    inbox_seq      bigint,                                         -- the item it answers
    task_ids       uuid[] not null default '{}',                   -- what the message shows, in order
    state          text not null default 'waiting'
                   check (state in ('waiting', 'sending', 'doubtful', 'accepted', 'refused')),
    attempts       smallint not null default 0,
    created_at     timestamptz not null default now(),
    next_try_at    timestamptz not null default '-infinity',
    sending_at     timestamptz,
    finished_at    timestamptz,
    wamid          text,
    status         text,                                           -- the furthest status heard: sent < delivered < read < played; failed
    error_code     int,
    error          text
);
create index outbox_waiting on outbox (integration_id, seq) where state = 'waiting';
create index outbox_unsettled on outbox (integration_id, state) where state in ('sending', 'doubtful');
create index outbox_retrying on outbox (contact_id, seq) where state = 'waiting' and next_try_at > '-infinity';
create unique index outbox_wamid on outbox (wamid) where wamid is not null;
create index outbox_contact on outbox (contact_id, seq);
alter table outbox set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, fillfactor = 85);

create table attempts (
    outbox_id   uuid not null,
    number      smallint not null,
    started_at  timestamptz not null,
    finished_at timestamptz,
    outcome     text check (outcome in ('accepted', 'refused', 'retry', 'unknown')),
    http_status int,
    error_code  int,
    error       text,
    primary key (outbox_id, number)
);

create table statuses (
    outbox_id uuid not null,
    status    text not null,
    at        timestamptz not null,
    error     text,
    pricing   text,
    primary key (outbox_id, status)
);

-- Open pages hear of every change; a commit is announced once however many rows it has.
create function announce_journal() returns trigger language plpgsql as
    $$ begin perform pg_notify('journal', ''); return null; end $$;
create trigger journal_announced after insert on journal for each statement execute function announce_journal();
