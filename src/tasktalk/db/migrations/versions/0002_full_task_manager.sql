-- A full task manager: sections, labels, comments, reminders, relations, files, sharing, notices; the journal of all of them.

-- How a person wants to be reminded and told. No row: the defaults of the columns.
create table preferences (
    user_id          uuid primary key references users on delete cascade,
    default_reminder interval default '0',                         -- of a task with a time, before it is due; null: none
    day_starts       time not null default '09:00',                -- when a reminder of a whole day rings
    digest_time      time,                                         -- null: no daily digest
    review_time      time,                                         -- null: no weekly review
    review_weekday   smallint not null default 7 check (review_weekday between 1 and 7),  -- Monday 1 to Sunday 7
    quiet_from       time,
    quiet_to         time,
    switches         jsonb not null default '{}',                  -- {event: bool}, where it differs from the default
    muted            bool not null default false,                  -- nothing of others, no digests; one's own reminders ring
    version          int not null default 1,
    updated_at       timestamptz not null default now(),
    check ((quiet_from is null) = (quiet_to is null))
);

-- Digest and weekly review, by when they are due next.
create table digests (
    user_id uuid not null references users on delete cascade,
    kind    text not null check (kind in ('digest', 'review')),
    next_at timestamptz not null,
    primary key (user_id, kind)
);
create index digests_due on digests (next_at);

alter table projects
    add column icon text,
    add column description text not null default '',
    add column is_template bool not null default false;

-- `role` is what counts: the best of what a member has by themselves (`own_role`) and through teams.
alter table project_members
    add column own_role text check (own_role in ('owner', 'editor', 'viewer')),
    add column switches jsonb not null default '{}';               -- {event: bool}: this project's, before the person's own
update project_members set own_role = role;

create table teams (
    id         uuid primary key,
    name       text not null,
    version    int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create table team_members (
    team_id  uuid not null references teams on delete cascade,
    user_id  uuid not null references users on delete cascade,
    role     text not null check (role in ('owner', 'member')),
    added_at timestamptz not null default now(),
    primary key (team_id, user_id)
);
create index team_members_user on team_members (user_id);
create table project_teams (
    project_id uuid not null references projects on delete cascade,
    team_id    uuid not null references teams on delete cascade,
    role       text not null check (role in ('editor', 'viewer')),
    added_at   timestamptz not null default now(),
    primary key (project_id, team_id)
);
create index project_teams_team on project_teams (team_id);

-- To a person we know (`user_id`) or to an address, whoever turns out to have it.
create table invitations (
    id          uuid primary key,
    project_id  uuid not null references projects on delete cascade,
    user_id     uuid references users on delete cascade,
    email       text,
    role        text not null check (role in ('editor', 'viewer')),
    invited_by  uuid not null references users on delete cascade,
    state       text not null default 'pending' check (state in ('pending', 'accepted', 'declined', 'withdrawn')),
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    answered_at timestamptz,
    check (user_id is not null or email is not null)
);
create index invitations_project on invitations (project_id) where state = 'pending';
create index invitations_user on invitations (user_id) where state = 'pending';
create index invitations_email on invitations (email) where state = 'pending';

-- The columns of a board; those without a project are of their owner's Inbox.
create table sections (
    id         uuid primary key,
    owner_id   uuid not null references users on delete cascade,
    project_id uuid references projects on delete cascade,
    name       text not null check (length(name) between 1 and 200),
    position   double precision not null default 0,
    version    int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index sections_project on sections (project_id, fold(name)) where project_id is not null;
create unique index sections_inbox on sections (owner_id, fold(name)) where project_id is null;

-- `due_floats_with`: the time is on this person's wall clock, wherever they go; null: it is fixed in `due_zone`.
-- `series_on`, `series_time`: what the rule said, where this one occurrence was moved away from it.
alter table tasks
    add column due_floats_with uuid references users on delete set null,
    add column series_on date,
    add column series_time time,
    add column accepted uuid[] not null default '{}',              -- those among the assignees who said yes
    add column section_id uuid references sections on delete set null;
update tasks t set due_floats_with = t.owner_id
from users u where u.id = t.owner_id and t.due_time is not null and t.due_zone = u.timezone;
insert into sections (id, owner_id, project_id, name)
select distinct on (t.project_id, case when t.project_id is null then t.owner_id end, fold(t.section))
       gen_random_uuid(), t.owner_id, t.project_id, t.section
from tasks t where t.section is not null
order by t.project_id, case when t.project_id is null then t.owner_id end, fold(t.section), t.id;
update tasks t set section_id = s.id
from sections s
where fold(s.name) = fold(t.section) and s.project_id is not distinct from t.project_id
  and (s.project_id is not null or s.owner_id = t.owner_id);
alter table tasks drop column section;
create index tasks_section on tasks (section_id) where section_id is not null;
create index tasks_floating on tasks (due_floats_with) where due_floats_with is not null and status = 'open';
create index tasks_trash on tasks (deleted_at) where deleted_at is not null;
-- As before, but without `strict`, so that PostgreSQL can put it into the query instead of calling it: twice as fast.
create or replace function fold(t text) returns text language sql immutable parallel safe
return case when octet_length(t) = length(t) then lower(t)  -- ASCII, mostly
            else lower(regexp_replace(normalize(t, NFKD), '[\u0300-\u036F]', '', 'g')) end;
create function fold_all(t text[]) returns text[] language sql immutable strict parallel safe
return array(select fold(each) from unnest(t) each);
create index tasks_labels on tasks using gin (fold_all(labels)) where labels <> '{}' and status = 'open' and deleted_at is null;
create index tasks_assignees on tasks using gin (assignees) where assignees <> '{}' and status = 'open' and deleted_at is null;
create statistics tasks_labels_folded on (fold_all(labels)) from tasks;  -- of a partial index PostgreSQL takes none
-- The orders of lists, as tasks/orders.py spells them.
create index tasks_by_due on tasks (
    (coalesce(due_on, date '9999-12-31') - date '2000-01-01'), (coalesce(extract(epoch from due_time)::int, 86400)),
    (coalesce(priority, 5)::int), id) where status = 'open' and deleted_at is null;
create index tasks_by_due_ever on tasks (
    (coalesce(due_on, date '9999-12-31') - date '2000-01-01'), (coalesce(extract(epoch from due_time)::int, 86400)),
    (coalesce(priority, 5)::int), id) where deleted_at is null;
create index tasks_by_priority on tasks (
    (coalesce(priority, 5)::int), (coalesce(due_on, date '9999-12-31') - date '2000-01-01'),
    (coalesce(extract(epoch from due_time)::int, 86400)), id) where status = 'open' and deleted_at is null;
create index tasks_by_update on tasks (updated_at, id) where deleted_at is null;
create index tasks_by_completion on tasks ((coalesce(completed_at, timestamptz '1970-01-01 00:00:00Z')), id)
    where status = 'done' and deleted_at is null;

-- What was torn from its parent stands alone.
update tasks t set parent_id = null
from tasks p
where p.id = t.parent_id
  and (p.project_id is distinct from t.project_id or (t.project_id is null and p.owner_id <> t.owner_id)
       or (p.deleted_at is not null and t.deleted_at is null));

create table task_relations (
    id         uuid primary key,
    task_id    uuid not null references tasks on delete cascade,
    kind       text not null check (kind in ('blocks', 'related', 'duplicates')),
    other_id   uuid not null references tasks on delete cascade,
    created_by uuid references users on delete set null,
    created_at timestamptz not null default now(),
    unique (task_id, kind, other_id),
    check (task_id <> other_id)
);
create index task_relations_other on task_relations (other_id);

create table comments (
    id                uuid primary key,
    task_id           uuid not null references tasks on delete cascade,
    author_id         uuid references users on delete set null,
    text              text not null check (length(text) between 1 and 20000),
    mentions          uuid[] not null default '{}',
    source_channel    text,
    source_message_id text,
    version           int not null default 1,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now()
);
create index comments_task on comments (task_id, id);

-- Searching: trigrams, where the server has them and lets us; without them it reads more.
do $$ begin
    create extension if not exists pg_trgm;
    create index tasks_words on tasks using gin (fold(title || ' ' || notes) gin_trgm_ops) with (gin_pending_list_limit = 256)
        where deleted_at is null;
    create statistics tasks_words_folded on (fold(title || ' ' || notes)) from tasks;
    create index comments_words on comments using gin (fold(text) gin_trgm_ops) with (gin_pending_list_limit = 256);
exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
    raise notice 'searching has no index: %', sqlerrm;
end $$;

-- A file of a task; what it holds lies in the file store under `key`.
create table attachments (
    id          uuid primary key,
    task_id     uuid not null references tasks on delete cascade,
    uploader_id uuid references users on delete set null,
    name        text not null,
    mime_type   text not null,
    size        bigint not null,
    sha256      bytea not null,
    key         text not null,
    created_at  timestamptz not null default now(),
    deleted_at  timestamptz
);
create index attachments_task on attachments (task_id, id) where deleted_at is null;
create index attachments_trash on attachments (deleted_at) where deleted_at is not null;
create index attachments_uploader on attachments (uploader_id);

-- Files in the store that no row speaks of: not yet, while one is being uploaded, or not any more, however its row went. They
-- are removed from the store after `free_at`. So nothing that fails or is killed half-way leaves a file that nobody knows of.
create table loose_files (
    key     text primary key,
    free_at timestamptz not null
);
create index loose_files_free on loose_files (free_at);
create function let_file_go() returns trigger language plpgsql as $$
begin
    insert into loose_files (key, free_at) values (old.key, '-infinity') on conflict do nothing;
    return null;
end $$;
create trigger attachments_gone after delete on attachments for each row execute function let_file_go();

-- A task with the names of what it refers to and the counts of what hangs on it: the one place that says what is shown of one.
create view task_cards as
select t.*, p.name as project_name, s.name as section,
       case when t.assignees <> '{}' then
           (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by u.name) from users u where u.id = any(t.assignees))
       end as people,
       (select count(*) from tasks c where c.parent_id = t.id and c.deleted_at is null) as subtasks_count,
       (select count(*) from comments c where c.task_id = t.id) as comments_count,
       (select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'mime_type', a.mime_type, 'size', a.size) order by a.id)
        from attachments a where a.task_id = t.id and a.deleted_at is null) as files
from tasks t
left join projects p on p.id = t.project_id
left join sections s on s.id = t.section_id;

-- A person's labels with what a name alone cannot carry; tasks name them in `labels`.
create table labels (
    id         uuid primary key,
    owner_id   uuid not null references users on delete cascade,
    name       text not null check (length(name) between 1 and 100),
    colour     text,
    position   double precision not null default 0,
    version    int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index labels_owner on labels (owner_id, fold(name));

create table saved_filters (
    id         uuid primary key,
    owner_id   uuid not null references users on delete cascade,
    name       text not null check (length(name) between 1 and 200),
    query      text not null check (length(query) between 1 and 1000),
    colour     text,
    position   double precision not null default 0,
    version    int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index saved_filters_owner on saved_filters (owner_id);

-- An id as `ids.py` makes them (UUIDv7), for rows that are made here by the set.
create function new_id() returns uuid language sql volatile return encode(
    set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
    'hex')::uuid;

-- A reminder of one person about one task: relative to when it is due (`offset_seconds`, negative: before), or at a moment of
-- its own (`at_on`, `at_time` on the wall clock of `zone`; `floats`: on the person's own, wherever they go), perhaps again and
-- again from then on (`rrule`). `ring_at` is when it rings next; null: not at all as things are. A million of them cost an
-- index nothing at rest.
create table reminders (
    id             uuid primary key,
    task_id        uuid not null references tasks on delete cascade,
    user_id        uuid not null references users on delete cascade,
    offset_seconds int,
    at_on          date,
    at_time        time,
    zone           text,
    floats         bool not null default true,
    rrule          text,
    is_default     bool not null default false,
    dropped_at     timestamptz,                                    -- of a default that its person did not want here
    ring_at        timestamptz,
    rung_at        timestamptz,
    version        int not null default 1,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    check ((offset_seconds is null) <> (at_on is null)),
    check ((at_on is null) = (at_time is null)),
    check (rrule is null or at_on is not null)
);
create index reminders_due on reminders (ring_at) where ring_at is not null;
create index reminders_task on reminders (task_id);
create index reminders_user on reminders (user_id, ring_at, id);
create unique index reminders_default on reminders (task_id, user_id) where is_default;

-- What a person is to be told. Those of one moment leave as one message. `held`: nothing can reach the person now.
create table notices (
    id         uuid primary key,
    user_id    uuid not null references users on delete cascade,
    event      text not null,
    task_id    uuid references tasks on delete cascade,
    project_id uuid references projects on delete cascade,
    actor_id   uuid references users on delete set null,
    change_set uuid,                                               -- what it tells of; taken back, it is dropped
    facts      jsonb not null default '{}',                        -- what the sentence needs beside: ids, never their text
    not_before timestamptz not null,                               -- quiet hours, and time for others to join
    state      text not null default 'waiting' check (state in ('waiting', 'held', 'sent', 'dropped')),
    why        text,                                               -- of `held` and `dropped`
    outbox_id  uuid,
    created_at timestamptz not null default now(),
    settled_at timestamptz,
    read_at    timestamptz
);
create index notices_due on notices (not_before) where state = 'waiting';
create index notices_open on notices (user_id) where state in ('waiting', 'held');
create index notices_change_set on notices (change_set) where state in ('waiting', 'held') and change_set is not null;
create index notices_user on notices (user_id, id);
create index notices_task on notices (task_id);
alter table notices set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, fillfactor = 85);

-- The journal speaks of everything that belongs to tasks, and says where it happened.
alter table journal
    add column task_id uuid,
    add column project_id uuid,
    drop constraint journal_subject_check,
    add constraint journal_subject_check check (subject in ('task', 'project', 'section', 'comment', 'attachment', 'relation',
                                                            'reminder', 'label', 'filter', 'member', 'invitation', 'team'));
update journal set task_id = case when subject = 'task' then subject_id end,
    project_id = case when subject = 'project' then subject_id else (coalesce(after, before) ->> 'project_id')::uuid end;
create index journal_task on journal (task_id, seq) where task_id is not null;
create index journal_project on journal (project_id, seq) where project_id is not null;

-- Journal rows that somebody else may have to hear of, until `notices` has read them. Written with the row itself, so that
-- none is missed whichever transaction commits first, and a restored database goes on where it stood.
create table news (
    seq bigint primary key
);
create or replace function announce_journal() returns trigger language plpgsql as $$
begin
    insert into news (seq) select seq from written where project_id is not null or subject = 'invitation';
    perform pg_notify('journal', '');
    return null;
end $$;
drop trigger journal_announced on journal;
create trigger journal_announced after insert on journal referencing new table as written
    for each statement execute function announce_journal();
alter table news set (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 85);

-- An answer that was given to a request with an Idempotency-Key; the same request again gets it again.
create table idempotency_keys (
    user_id     uuid not null references users on delete cascade,
    key         text not null,
    fingerprint bytea not null,                                    -- keyed digest of method, path and body
    status      smallint not null,
    headers     jsonb not null,
    body        bytea,                                             -- null: it held a secret
    created_at  timestamptz not null default now(),
    primary key (user_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

-- What is swept out now and then, by whichever worker comes first.
create table upkeep (
    job     text primary key,
    next_at timestamptz not null
);
