-- name: list_tables(known)
select c.relname as name from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and c.relname = any(:known::text[]) order by 1;

-- name: list_references()
select c.relname as name, o.relname as other
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class o on o.oid = k.confrelid
where k.contype = 'f' and c.relnamespace = current_schema()::regnamespace;

-- name: list_sequences(known)
-- Those of identity columns.
select s.relname as name, coalesce(pg_sequence_last_value(s.oid), 0) as last
from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_class c on c.oid = d.refobjid
where d.deptype = 'i' and c.relnamespace = current_schema()::regnamespace and c.relname = any(:known::text[]) order by 1;

-- name: set_sequence(name, last, is_called)!
select setval(format('%I', :name::text)::regclass, :last::bigint, :is_called::bool);

-- name: list_functions(known)
select p.oid::regprocedure::text as signature from pg_proc p
where p.pronamespace = current_schema()::regnamespace and p.proname = any(:known::text[])
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e');

-- name: list_files()
-- Of all attachments, those in the trash too: they can be taken back.
select key, min(size) as size from attachments group by key order by key;

-- name: try_lock()$
-- One backup at a time.
select pg_try_advisory_lock(hashtextextended('tasktalk.backup', 0));

-- name: keep_files()!
-- No file leaves the store until this connection ends: `list_loose` of attachments asks for the same lock.
select pg_advisory_lock_shared(hashtextextended('tasktalk.files', 0));

-- name: list_connected()
-- Others of ours on this database.
select distinct application_name as name from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name like 'tasktalk%' order by 1;

-- name: count_people()$
select count(*) from users;

-- name: get_server()$
select current_setting('server_version');

-- name: hold_messages()$
with held as (
    update outbox set state = 'held' where state in ('waiting', 'sending', 'doubtful') returning 1
)
select count(*) from held;

-- name: hold_letters()$
with held as (
    update letters set state = 'held' where state in ('waiting', 'sending') returning 1
)
select count(*) from held;

-- name: hold_documents()$
with held as (
    update documents set state = 'held' where state in ('waiting', 'uploading') returning 1
)
select count(*) from held;

-- name: hold_notices(why, before)$
-- Those that were about to be told; what is due later is told when it is due.
with held as (
    update notices set state = 'held', why = :why::text
    where state = 'waiting' and not_before <= :before::timestamptz returning 1
)
select count(*) from held;

-- name: count_held(why)$
select (select count(*) from outbox where state = 'held') + (select count(*) from letters where state = 'held')
     + (select count(*) from documents where state = 'held')
     + (select count(*) from notices where state = 'held' and why = :why::text);

-- name: resume_messages()!
update outbox set state = 'waiting', next_try_at = '-infinity', sending_at = null where state = 'held';

-- name: resume_letters()!
update letters set state = 'waiting', next_try_at = now() where state = 'held';

-- name: resume_documents()!
update documents set state = 'waiting', next_try_at = now() where state = 'held';

-- name: resume_notices(why)!
update notices set state = 'waiting', why = null, not_before = now() where state = 'held' and why = :why::text;

-- name: announce_resumed()!
select pg_notify('outbox', ''), pg_notify('letters', ''), pg_notify('documents', ''), pg_notify('journal', '');

-- name: forget_messages()!
delete from outbox where state = 'held';

-- name: forget_letters()!
delete from letters where state = 'held';

-- name: forget_documents()!
delete from documents where state = 'held';

-- name: forget_notices(why, at)!
update notices set state = 'dropped', settled_at = :at::timestamptz where state = 'held' and why = :why::text;

-- name: settle_open(id, at)!
-- Of a restored database: the backup that it came from ended well, for here it is; others never ended.
update backups set finished_at = :at::timestamptz, state = case when id = :id::uuid then 'ok' else 'error' end,
    error = case when id <> :id::uuid then 'It did not end.' end
where state in ('asked', 'running');

-- name: let_files_go(keys)!
-- Files of a database that was replaced, unless they are of the one that took its place.
insert into loose_files (key, free_at)
select key, '-infinity' from unnest(:keys::text[]) as old (key)
where not exists (select from attachments a where a.key = old.key) on conflict do nothing;

-- name: ask_run(id, user_id, at)!
insert into backups (id, kind, state, at, user_id) values (:id::uuid, 'console', 'asked', :at::timestamptz, :user_id::uuid);

-- name: announce_asked()!
select pg_notify('backups', '');

-- name: begin_run(id, kind, file, sealed, at)!
insert into backups (id, kind, state, at, file, sealed)
values (:id::uuid, :kind::text, 'running', :at::timestamptz, :file::text, :sealed::bool)
on conflict (id) do update set state = 'running', file = excluded.file, sealed = excluded.sealed, at = excluded.at;

-- name: end_run(id, state, seconds, bytes, rows, files, error)!
update backups set state = :state::text, seconds = :seconds::float8, bytes = :bytes::bigint, rows = :rows::bigint,
    files = :files::int, error = :error::text, finished_at = at + make_interval(secs => :seconds::float8)
where id = :id::uuid;

-- name: end_abandoned(id, error)!
-- Whoever may make backups alone and has not begun knows that no other is under way.
update backups set state = 'error', error = :error::text, finished_at = now() where state = 'running' and id <> :id::uuid;

-- name: lock_due()!
select pg_advisory_xact_lock(hashtextextended('tasktalk.backup.due', 0));

-- name: end_lost(error)!
-- What says that it is under way while nobody makes one, and not only just now.
update backups set state = 'error', error = :error::text, finished_at = now()
where state = 'running' and at < now() - interval '2 minutes'
  and (select pg_try_advisory_xact_lock(hashtextextended('tasktalk.backup', 0)));

-- name: take_asked()$
update backups set state = 'running', at = now()
where id = (select id from backups where state = 'asked' order by at limit 1 for update skip locked) returning id;

-- name: count_since(kind, since, before)$
-- Those that ended well since a moment, or were tried since a later one.
select count(*) from backups
where kind = :kind::text and at >= :since::timestamptz and (state in ('ok', 'running') or at >= :before::timestamptz);

-- name: list_runs(limit)
select b.*, u.name as user_name from backups b left join users u on u.id = b.user_id order by b.at desc, b.id desc limit :limit::int;

-- name: newest_at()$
select at from backups where state = 'ok' order by at desc limit 1;

-- name: has_open()$
select exists (select from backups where state in ('asked', 'running'));

-- name: end_if_open(id, error)!
update backups set state = 'error', error = :error::text, finished_at = now()
where id = :id::uuid and state in ('asked', 'running');
