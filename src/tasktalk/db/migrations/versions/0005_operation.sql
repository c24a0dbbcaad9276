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

-- Outgoing webhooks (Standard Webhooks). Secrets are sealed; a replaced one signs along until `old_until`. Whoever posts for
-- one holds it until `held_until`. `failing_since`: of the first attempt that failed since the last that did not.
create table webhooks (
    id            uuid primary key,
    owner_id      uuid not null references users on delete cascade,
    name          text not null,
    url           text not null,
    events        text[] not null check (events <> '{}'),
    secret        bytea not null,
    old_secret    bytea,
    old_until     timestamptz,
    is_on         bool not null default true,
    off_why       text,                                            -- null: its owner switched it off
    failing_since timestamptz,
    held_until    timestamptz not null default '-infinity',
    version       int not null default 1,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now()
);
create index webhooks_owner on webhooks (owner_id, id);
-- Few, and read whole with every change of a task. Where a table can be read no other way, PostgreSQL up to 17 takes that for
-- so dear that the rest of the plan is all the same to it, and reads the journal whole beside.
create index webhooks_on on webhooks (id) where is_on;

-- What a webhook may have to tell of, until it is read: written by triggers with the row itself (`ref` is its `seq`), and only
-- while a webhook asks for such an event. As `news`, so that none is missed whichever transaction commits first.
create table happenings (
    seq    bigint generated always as identity primary key,
    at     timestamptz not null default now(),
    source text not null check (source in ('journal', 'inbox', 'outbox', 'audit')),
    ref    bigint not null,
    event  text                                                    -- null: as the journal's verb says
);
alter table happenings set (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 85);

-- One event to one webhook; `id` is its webhook-id, `body` what is signed. Emptied when its owner may not see it any more.
create table webhook_deliveries (
    seq         bigint generated always as identity primary key,
    id          uuid not null unique,
    webhook_id  uuid not null references webhooks on delete cascade,
    event       text not null,
    task_id     uuid,
    body        text not null,
    state       text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed', 'dropped')),
    attempts    int not null default 0,
    tries       smallint not null default 0,                       -- of the attempts, since it was last asked for
    created_at  timestamptz not null default now(),
    next_try_at timestamptz not null default now(),
    finished_at timestamptz,
    why         text                                               -- of `failed` and `dropped`
);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_try_at) where state = 'waiting';
create index webhook_deliveries_log on webhook_deliveries (webhook_id, seq);
create index webhook_deliveries_over on webhook_deliveries (finished_at) where finished_at is not null;
alter table webhook_deliveries set (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 85);

create table webhook_attempts (
    delivery_id uuid not null references webhook_deliveries (id) on delete cascade,
    number      int not null,
    at          timestamptz not null,
    ms          int not null,
    status      int,                                               -- HTTP; null: there was no answer
    answer      text not null default '',                          -- its beginning
    error       text,
    primary key (delivery_id, number)
);

create or replace function announce_journal() returns trigger language plpgsql as $$
begin
    insert into news (seq) select seq from written where project_id is not null or subject = 'invitation';
    if exists (select from webhooks where is_on
               and events && '{task.created,task.updated,task.completed,task.deleted}'::text[]) then
        insert into happenings (source, ref) select 'journal', seq from written where subject = 'task' order by seq;
    end if;
    perform pg_notify('journal', '');
    return null;
end $$;

create function note_received() returns trigger language plpgsql as $$
begin
    if exists (select from webhooks where is_on and events && '{message.received}'::text[]) then
        insert into happenings (source, ref, event)
        select 'inbox', w.seq, 'message.received' from written w join integrations i on i.phone_number_id = w.phone_number_id
        where w.kind = 'message' order by w.seq;
    end if;
    return null;
end $$;
create trigger inbox_noted after insert on inbox referencing new table as written
    for each statement execute function note_received();

create function note_sent() returns trigger language plpgsql as $$
begin
    if exists (select from webhooks where is_on
               and events && '{message.sent,message.delivered,message.read,message.failed}'::text[]) then
        insert into happenings (source, ref, event)
        select 'outbox', new.seq, e.event
        from (values ('message.sent', new.state = 'accepted' and old.state <> 'accepted'),
                     ('message.delivered', new.status = 'delivered' and old.status is distinct from 'delivered'),
                     ('message.read', new.status in ('read', 'played') and coalesce(old.status, '') not in ('read', 'played')),
                     ('message.failed', (new.state = 'refused' and old.state <> 'refused')
                                        or (new.status = 'failed' and old.status is distinct from 'failed'))) as e (event, is_so)
        where e.is_so;
    end if;
    return null;
end $$;
create trigger outbox_noted after update of state, status on outbox for each row
    when (new.status is distinct from old.status or (new.state <> old.state and new.state in ('accepted', 'refused')))
    execute function note_sent();

create function note_audited() returns trigger language plpgsql as $$
declare told text := case when new.action in ('integration.created', 'integration.switched_on') then 'integration.connected'
                          when new.action = 'integration.switched_off' then 'integration.disconnected'
                          when new.action = 'phone.linked' then 'user.mapped'
                          else 'security.violation' end;
begin
    if exists (select from webhooks where is_on and events @> array[told]) then
        insert into happenings (source, ref, event) values ('audit', new.seq, told);
    end if;
    return null;
end $$;
create trigger audit_noted after insert on audit for each row
    when (new.action in ('integration.created', 'integration.switched_on', 'integration.switched_off', 'phone.linked',
                         'phone.codes_refused', 'file.infected') or starts_with(new.action, 'security.'))
    execute function note_audited();

-- Backups: asked for, under way, or how they ended; the file's name alone, for where it lies the settings say.
create table backups (
    id          uuid primary key,
    kind        text not null check (kind in ('command', 'nightly', 'console')),
    state       text not null default 'running' check (state in ('asked', 'running', 'ok', 'error')),
    at          timestamptz not null default now(),                -- when it began, or was asked for
    finished_at timestamptz,
    file        text,
    bytes       bigint,
    seconds     double precision,
    rows        bigint,
    files       int,
    sealed      bool not null default false,                       -- with a passphrase
    error       text,
    user_id     uuid references users on delete set null           -- who asked
);
create index backups_newest on backups (at) where state = 'ok';
create index backups_open on backups (at) where state in ('asked', 'running');
-- What was on its way when a restored backup was made may have left since: it is held for an operator's word.
alter table outbox
    drop constraint outbox_state_check,
    add constraint outbox_state_check check (state in ('waiting', 'sending', 'doubtful', 'accepted', 'refused', 'held'));
alter table letters
    drop constraint letters_state_check,
    add constraint letters_state_check check (state in ('waiting', 'sending', 'sent', 'refused', 'held'));
alter table documents
    drop constraint documents_state_check,
    add constraint documents_state_check check (state in ('waiting', 'uploading', 'sent', 'refused', 'held'));

-- A code counts once: `totp_step` is the newest half minute whose code did. Five wrong ones in a row, and codes wait.
alter table users
    add column totp_step bigint,
    add column totp_wrong smallint not null default 0,
    add column totp_wrong_at timestamptz;
create table recovery_codes (
    code_hash bytea primary key,                                   -- SHA-256 is enough for 118 random bits
    user_id   uuid not null references users on delete cascade,
    used_at   timestamptz
);
create index recovery_codes_user on recovery_codes (user_id);
-- Who gave a password or a link and still owes the code.
create table sign_in_steps (
    token_hash bytea primary key,
    user_id    uuid not null references users on delete cascade,
    way        text not null check (way in ('password', 'link')),
    expires_at timestamptz not null
);
create index sign_in_steps_user on sign_in_steps (user_id);

-- The console's chat: what a person said there and what was answered, the newest alone (assistant/chat.py).
create table chat_turns (
    id      bigint generated always as identity primary key,
    user_id uuid not null references users on delete cascade,
    at      timestamptz not null default now(),
    said    text not null,
    reply   jsonb not null
);
create index chat_turns_user on chat_turns (user_id, id);

-- The audit as a chain: each entry's hash is over the one before and its own content. Linked when its transaction commits, so
-- that nobody waits for another's lock but at that moment; `place` is its place in the chain. The end of the chain is kept
-- apart, for an entry cut off the end leaves no gap. `actor_id` is no part of it: whoever acted may be forgotten.
alter table audit
    add column place bigint unique,
    add column hash bytea;
create table audit_chain (
    place      bigint not null,                                    -- of the last entry
    hash       bytea not null,
    base_place bigint not null default 0,                          -- of the last one that retention took
    base_hash  bytea not null default ''
);
create unique index audit_chain_once on audit_chain ((true));
insert into audit_chain (place, hash) values (0, '');

create function audit_content(entry audit) returns text language sql stable parallel safe
return jsonb_build_array(
    entry.place, entry.id, (extract(epoch from entry.at) * 1000000)::bigint, entry.actor, entry.action, entry.subject,
    entry.subject_id, entry.integration_id, entry.detail)::text;

create function link_audit() returns trigger language plpgsql as $$
declare
    last audit_chain;
    entry audit;
begin
    if new.hash is not null then                                   -- restored from a backup, links and all
        return null;
    end if;
    select * into last from audit_chain for update;
    select * into entry from audit where seq = new.seq;
    entry.place := last.place + 1;
    entry.hash := sha256(last.hash || convert_to(audit_content(entry), 'UTF8'));
    update audit set place = entry.place, hash = entry.hash where seq = new.seq;
    update audit_chain set place = entry.place, hash = entry.hash;
    return null;
end $$;
create constraint trigger audit_linked after insert on audit deferrable initially deferred
    for each row execute function link_audit();
create function keep_link() returns trigger language plpgsql as $$
begin
    if old.hash is not null then
        raise exception 'the audit is only ever added to' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger audit_link_stays before update of place, hash on audit for each row execute function keep_link();

-- Entries of before.
do $$
declare entry audit; last bytea := ''; n bigint := 0;
begin
    for entry in select * from audit order by seq loop
        n := n + 1;
        entry.place := n;
        last := sha256(last || convert_to(audit_content(entry), 'UTF8'));
        update audit set place = n, hash = last where seq = entry.seq;
    end loop;
    update audit_chain set place = n, hash = last;
end $$;

-- Retention takes the oldest, and says so where the chain begins.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('tasktalk.retention', true) = 'on' then
        return null;
    end if;
    raise exception 'the audit is only ever added to' using errcode = 'insufficient_privilege';
end $$;
create function forget_audit(before timestamptz, most int) returns int language plpgsql as $$
declare upto bigint; gone int;
begin
    perform from audit_chain for update;
    select coalesce(min(place) filter (where at >= before) - 1, max(place)) into upto
    from (select place, at from audit where place is not null order by place limit most) as oldest;
    if upto is null or upto <= (select base_place from audit_chain) then
        return 0;
    end if;
    update audit_chain set base_place = upto, base_hash = (select hash from audit where place = upto);
    perform set_config('tasktalk.retention', 'on', true);
    delete from audit where place <= upto;
    get diagnostics gone = row_count;
    perform set_config('tasktalk.retention', '', true);
    return gone;
end $$;

-- Those that alerts count.
create index audit_violations on audit (at) where action in ('security.violation', 'phone.codes_refused');

-- Calendars to subscribe to: whoever has the address sees what its person sees, so the address is a secret, kept as a hash.
-- Neither project nor filter: every open task.
create table feeds (
    id           uuid primary key,
    owner_id     uuid not null references users on delete cascade,
    name         text not null,
    token_hash   bytea not null unique,
    kind         text not null check (kind in ('events', 'todos')),
    project_id   uuid references projects on delete cascade,
    filter       text check (length(filter) between 1 and 1000),
    alarms       bool not null default false,
    version      int not null default 1,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    last_read_at timestamptz,
    check (project_id is null or filter is null)
);
create index feeds_owner on feeds (owner_id, id);

-- A mode that keeps no words of messages (TASKTALK_KEEP_CONTENT=off, put down as a setting of this database): what is needed no
-- more is emptied in the statement that settles it. Who wrote what when, and what became of it, stays.
create function without_words(kind text, payload text) returns text language plpgsql immutable as $$
declare
    item jsonb;
    said jsonb;
begin
    if kind = 'status' then
        return payload;
    end if;
    begin
        item := payload::jsonb;
    exception when data_exception then
        return '{"not_kept":true}';
    end;
    said := item -> 'message';
    return jsonb_strip_nulls(jsonb_build_object(
        'waba_id', item -> 'waba_id', 'time', item -> 'time', 'field', item -> 'field', 'metadata', item -> 'metadata',
        'why', item -> 'why', 'not_kept', true,
        'contact', jsonb_build_object('wa_id', item #> '{contact,wa_id}', 'user_id', item #> '{contact,user_id}'),
        'message', case when jsonb_typeof(said) = 'object' then jsonb_build_object(
            'id', said -> 'id', 'from', said -> 'from', 'from_user_id', said -> 'from_user_id', 'type', said -> 'type',
            'timestamp', said -> 'timestamp', 'group_id', said -> 'group_id', 'not_kept', true) end))::text;
end $$;
create function without_words_of_ours(message text) returns text language sql immutable
return jsonb_build_object('type', message::jsonb -> 'type', 'not_kept', true)::text;

create function empty_inbox() returns trigger language plpgsql as
    $$ begin new.payload := without_words(new.kind, new.payload); return new; end $$;
create trigger inbox_emptied before update of state on inbox for each row
    when (new.state = 'done' and current_setting('tasktalk.keep_content', true) = 'off') execute function empty_inbox();
create function empty_outbox() returns trigger language plpgsql as
    $$ begin new.message := without_words_of_ours(new.message); return new; end $$;
create trigger outbox_emptied before update of state on outbox for each row
    when (new.state in ('accepted', 'refused') and current_setting('tasktalk.keep_content', true) = 'off')
    execute function empty_outbox();
create function empty_letter() returns trigger language plpgsql as
    $$ begin new.subject := ''; new.body := ''; return new; end $$;
create trigger letters_emptied before update of state on letters for each row
    when (new.state in ('sent', 'refused') and current_setting('tasktalk.keep_content', true) = 'off')
    execute function empty_letter();
create function empty_document() returns trigger language plpgsql as
    $$ begin new.caption := ''; return new; end $$;
create trigger documents_emptied before update of state on documents for each row
    when (new.state in ('sent', 'refused') and current_setting('tasktalk.keep_content', true) = 'off')
    execute function empty_document();
create function empty_dialogue() returns trigger language plpgsql as
    $$ begin new.recent := '[]'; return new; end $$;
create trigger dialogues_emptied before insert or update of recent on dialogues for each row
    when (current_setting('tasktalk.keep_content', true) = 'off') execute function empty_dialogue();
create function keep_no_turn() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger chat_turns_emptied before insert on chat_turns for each row
    when (current_setting('tasktalk.keep_content', true) = 'off') execute function keep_no_turn();

-- Which task came from where, so that the same file brings it once. `source`: the format; `external_id`: its id there.
create table imported (
    owner_id    uuid not null references users on delete cascade,
    source      text not null,
    external_id text not null,
    task_id     uuid not null references tasks on delete cascade,
    primary key (owner_id, source, external_id)
);
create index imported_task on imported (task_id);

-- A file that its person looks at before it is imported: one a person, for an hour.
create table import_drafts (
    owner_id   uuid primary key references users on delete cascade,
    id         uuid not null,
    name       text not null,
    content    bytea not null,
    created_at timestamptz not null default now()
);

-- Whose a task is matters where it lies in no project, and its project where it lies in one: half as many entries to write,
-- and what is open and overdue is counted by the index alone.
drop index tasks_owner_open, tasks_project_open, tasks_owner, tasks_project;
create index tasks_owner_open on tasks (owner_id, due_on)
    where status = 'open' and deleted_at is null and project_id is null;
create index tasks_project_open on tasks (project_id, due_on)
    where status = 'open' and deleted_at is null and project_id is not null;
create index tasks_owner on tasks (owner_id, id) where deleted_at is null and project_id is null;
create index tasks_project on tasks (project_id, id) where project_id is not null;  -- deleted ones too: they go with it
