-- name: find_place(viewer, task_id)^
-- Where a task lies that the viewer sees, with their role there and how many files it has.
select t.id, t.project_id, coalesce(m.role, 'owner') as role,
       (select count(*) from attachments a where a.task_id = t.id and a.deleted_at is null) as files
from tasks t
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where t.id = :task_id::uuid and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end;

-- name: sum_sizes(uploader)$
-- Bytes of all that a person uploaded, the trash included: that lies in the store too.
select coalesce(sum(size), 0)::bigint from attachments where uploader_id = :uploader::uuid;

-- name: lock_uploader(uploader)!
-- Their uploads take turns from here to the commit, so that together they stay within what one person may keep.
select from users where id = :uploader::uuid for no key update;

-- name: insert_loose(key, free_at)!
insert into loose_files (key, free_at) values (:key::text, :free_at::timestamptz);

-- name: take_loose(key, at)$
-- The key, unless its time is over and somebody may be removing it.
delete from loose_files where key = :key::text and free_at > :at::timestamptz returning key;

-- name: is_loose(key)$
select exists (select from loose_files where key = :key::text);

-- name: forget_loose(keys)!
delete from loose_files where key = any(:keys::text[]);

-- name: list_loose(limit)
-- None while a backup is being made: what it speaks of must still be there when it comes to it.
select key from loose_files
where free_at <= now() and (select pg_try_advisory_xact_lock(hashtextextended('tasktalk.files', 0)))
order by free_at limit :limit::int;

-- name: insert_attachment(id, task_id, viewer, name, mime_type, size, sha256, key, change_set, channel, at)!
with created as (
    insert into attachments (id, task_id, uploader_id, name, mime_type, size, sha256, key, created_at)
    values (:id::uuid, :task_id::uuid, :viewer::uuid, :name::text, :mime_type::text, :size::bigint, :sha256::bytea, :key::text,
            :at::timestamptz)
    returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'attachment', c.id, c.task_id, t.project_id, 'created', to_jsonb(c),
       :channel::text
from created c join tasks t on t.id = c.task_id;

-- name: read_attachments(viewer, task_id, id)
-- Those of a task, or the one with this id, that the viewer sees.
select a.*, u.name as uploader_name, t.project_id, coalesce(m.role, 'owner') as role
from attachments a
join tasks t on t.id = a.task_id
left join users u on u.id = a.uploader_id
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where (a.task_id = :task_id::uuid or a.id = :id::uuid) and a.deleted_at is null and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
order by a.id;

-- name: delete_attachment(id, viewer, change_set, channel, at)$
with old as (
    select to_jsonb(a) as before from attachments a where a.id = :id::uuid and a.deleted_at is null for update
), gone as (
    update attachments a set deleted_at = :at::timestamptz from old where a.id = :id::uuid and a.deleted_at is null
    returning a.*, old.before, to_jsonb(a) as after
)
insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'attachment', g.id, g.task_id, t.project_id, 'deleted', g.before,
       g.after, :channel::text
from gone g join tasks t on t.id = g.task_id
returning subject_id;

-- name: delete_trashed(before, limit)
-- Rows for good; what they speak of becomes loose.
delete from attachments where id in (
    select id from attachments where deleted_at < :before::timestamptz order by deleted_at limit :limit::int for update skip locked)
returning id;

-- name: read_files_of_tasks(viewer, task_ids)
-- As read_attachments, of those of these tasks that the viewer sees.
select a.*, u.name as uploader_name
from attachments a
join tasks t on t.id = a.task_id
left join users u on u.id = a.uploader_id
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where a.task_id = any(:task_ids::uuid[]) and a.deleted_at is null and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
order by a.id;
