-- name: take_journal(viewer, change_set)
-- What one act of the viewer changed and nobody has taken back yet, newest first. What followed from somebody's coming or
-- going stays with it.
select seq, subject, subject_id, task_id, project_id, verb, before, after from journal j
where change_set = :change_set::uuid and actor_id = :viewer::uuid and undone_at is null
  and subject <> all ('{member,invitation,team}')
  and not exists (select from journal m where m.change_set = j.change_set and m.subject = 'member')
order by seq desc for update;

-- name: clear_defaults(viewer, task_ids, ids)!
-- Default reminders that were made since make room for `ids`, which come back.
delete from reminders
where user_id = :viewer::uuid and task_id = any(:task_ids::uuid[]) and is_default and id <> all(:ids::uuid[]);

-- name: mark_undone(seqs, at, change_set, by)!
with taken as (
    update journal set undone_at = :at::timestamptz where seq = any(:seqs::bigint[])
)
update journal set undoes = :change_set::uuid where change_set = :by::uuid;

-- name: find_last_change(viewer, since)$
-- The newest change of the viewer's that is neither taken back nor itself a taking back.
select change_set from journal j
where actor_id = :viewer::uuid and at >= :since::timestamptz and undone_at is null and undoes is null
  and subject <> all ('{member,invitation,team}')
  and not exists (select from journal m where m.change_set = j.change_set and m.subject = 'member')
order by seq desc limit 1;

-- name: mark_done_again(change_set)!
-- A taking back that was itself taken back: what that did stands as an act of its own, to be told of and to be undone.
update journal set undoes = null where change_set = :change_set::uuid;

-- name: list_moved_tasks(states)
-- Those that are not as they were left, whatever came and went in between. A time that went along with its person is as it was.
select t.id from tasks t join jsonb_array_elements(:states::jsonb) s on t.id = (s ->> 'id')::uuid
cross join lateral (
    select array['version', 'updated_at'] || case when t.due_floats_with is null then '{}' else array['due_at', 'due_zone'] end
        as keys) own
where to_jsonb(t) - own.keys <> s - own.keys;

-- name: list_moved_projects(states)
select p.id from projects p join jsonb_array_elements(:states::jsonb) s on p.id = (s ->> 'id')::uuid
where to_jsonb(p) - array['version', 'updated_at'] <> s - array['version', 'updated_at'];

-- name: list_history(viewer, task_id, before, limit)
-- What the viewer did, and what happened where they are: not what came before in another project or somebody's Inbox. Of a
-- task that came from there they see how it arrived. `was`: what of `before` is theirs to see.
select j.*, u.name as actor_name,
       case when j.subject <> 'task' or j.actor_id = :viewer::uuid
                 or (j.before ->> 'project_id')::uuid is not distinct from j.project_id
                 or exists (select from project_members m
                            where m.project_id = (j.before ->> 'project_id')::uuid and m.user_id = :viewer::uuid)
            then j.before end as was
from journal j left join users u on u.id = j.actor_id
where j.task_id = :task_id::uuid and (:before::bigint is null or j.seq < :before::bigint)
  and (j.actor_id = :viewer::uuid
       or exists (select from project_members m where m.project_id = j.project_id and m.user_id = :viewer::uuid))
order by j.seq desc limit :limit::int;

-- name: find_creation(viewer, task_id)^
-- How a task came to be, if the viewer did it or it was where they are.
select j.at, j.actor_id, u.name as actor_name, j.channel, j.change_set, j.after
from journal j left join users u on u.id = j.actor_id
where j.task_id = :task_id::uuid and j.subject = 'task' and j.verb = 'created'
  and (j.actor_id = :viewer::uuid
       or exists (select from project_members m where m.project_id = j.project_id and m.user_id = :viewer::uuid))
order by j.seq limit 1;

-- name: list_trash(viewer, after, limit)
select t.id from tasks t
left join tasks p on p.id = t.parent_id
where t.deleted_at is not null and (:after::uuid is null or t.id < :after::uuid) and p.deleted_at is distinct from t.deleted_at
  and ((t.project_id is null and t.owner_id = :viewer::uuid)
       or t.project_id = any(array(
           select m.project_id from project_members m join projects p on p.id = m.project_id
           where m.user_id = :viewer::uuid and p.deleted_at is null)))
order by t.id desc limit :limit::int;

-- name: purge_tasks(before, limit)$
with recursive gone as (
    select id from (select id from tasks where deleted_at < :before::timestamptz order by deleted_at limit :limit::int) as old
    union
    select t.id from tasks t join projects p on p.id = t.project_id where p.deleted_at < :before::timestamptz
    union
    select t.id from tasks t join gone g on t.parent_id = g.id
), deleted as (
    delete from tasks where id in (select id from gone) returning 1
)
select count(*) from deleted;

-- name: purge_projects(before)$
with deleted as (delete from projects where deleted_at < :before::timestamptz returning 1) select count(*) from deleted;

-- name: when_deleted(tasks, projects)
-- Whether the viewer may look is asked before.
select id, deleted_at from tasks where id = any(:tasks::uuid[]) and deleted_at is not null
union all
select id, deleted_at from projects where id = any(:projects::uuid[]) and deleted_at is not null;

-- name: purge_task(id)!
-- With all under it and its history; but for a subtask that somebody takes out of the trash meanwhile.
with recursive gone as (
    select id from tasks where id = :id::uuid
    union
    select t.id from tasks t join gone g on t.parent_id = g.id
), forgotten as (
    delete from journal where task_id in (select id from gone)
)
delete from tasks where id in (select id from gone) and deleted_at is not null;

-- name: purge_project(id)!
with forgotten as (
    delete from journal where seq in (
        select seq from journal where project_id = :id::uuid
        union select seq from journal where subject_id = :id::uuid
        union select j.seq from tasks t join journal j on j.task_id = t.id where t.project_id = :id::uuid)
)
delete from projects where id = :id::uuid and deleted_at is not null;
