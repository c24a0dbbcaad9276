-- name: insert_tasks(rows, viewer, change_set, channel, at)
-- All of `rows` or none: each must lie where the viewer may write, under a parent in the same place, with assignees who see it.
with new as (
    select r.* from jsonb_populate_recordset(null::tasks, :rows::jsonb) r
), allowed as (
    select n.* from new n
    where (n.project_id is null or exists (
            select from project_members m join projects p on p.id = m.project_id
            where m.project_id = n.project_id and m.user_id = :viewer::uuid and m.role <> 'viewer' and p.deleted_at is null))
      and (n.parent_id is null
           or exists (select from new b where b.id = n.parent_id and b.id < n.id and b.project_id is not distinct from n.project_id)
           or exists (select from tasks b where b.id = n.parent_id and b.deleted_at is null
                      and b.project_id is not distinct from n.project_id
                      and (b.project_id is not null or b.owner_id = n.owner_id)))
      and not exists (
            select from unnest(n.assignees) a where a <> :viewer::uuid and not exists (
                select from project_members m where m.project_id = n.project_id and m.user_id = a))
), created as (
    insert into tasks (
        id, owner_id, project_id, parent_id, title, notes, priority, due_on, due_time, due_at, due_zone, start_on, deadline_on,
        duration_minutes, recurrence, section, labels, assignees, position, source_channel, source_message_id,
        created_at, updated_at)
    select
        id, owner_id, project_id, parent_id, title, notes, priority, due_on, due_time, due_at, due_zone, start_on, deadline_on,
        duration_minutes, recurrence, section, labels, assignees, position, source_channel, source_message_id,
        created_at, updated_at
    from allowed where (select count(*) from allowed) = (select count(*) from new)
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'task', c.id, 'created', to_jsonb(c), :channel::text
    from created c order by c.id
)
select t.*, p.name as project_name,
       case when t.assignees <> '{}' then
           (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by u.name) from users u where u.id = any(t.assignees))
       end as people,
       (select count(*) from created s where s.parent_id = t.id) as subtasks_count
from created t left join projects p on p.id = t.project_id
order by t.id;

-- name: read_tasks(viewer, ids)
-- The tasks among `ids` that the viewer sees.
select t.*, p.name as project_name,
       case when t.assignees <> '{}' then
           (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by u.name) from users u where u.id = any(t.assignees))
       end as people,
       (select count(*) from tasks s where s.parent_id = t.id and s.deleted_at is null) as subtasks_count
from tasks t
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where t.id = any(:ids::uuid[]) and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end;

-- name: lock_tasks(viewer, ids)
-- The tasks among `ids` that the viewer sees (deleted ones and those of deleted projects too), locked in one order for everybody, with the viewer's role there.
select t.*, coalesce(m.role, 'owner') as role, p.deleted_at is not null as place_deleted
from tasks t
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where t.id = any(:ids::uuid[])
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null end
order by t.id
for no key update of t;

-- name: write_tasks(changes, viewer, change_set, channel, at)
-- `changes`: [{"id","verb","set":{column: value}}]. Columns that are not in `set` stay. The rows are locked already.
with wanted as (
    select (w ->> 'id')::uuid as id, w ->> 'verb' as verb, w -> 'set' as set
    from jsonb_array_elements(:changes::jsonb) w
), ready as (
    select w.verb, to_jsonb(o) as before, r.*
    from wanted w join tasks o on o.id = w.id cross join lateral jsonb_populate_record(o, w.set) r
), written as (
    update tasks t set
        owner_id = r.owner_id, project_id = r.project_id, parent_id = r.parent_id, title = r.title, notes = r.notes,
        status = r.status, priority = r.priority, due_on = r.due_on, due_time = r.due_time, due_at = r.due_at,
        due_zone = r.due_zone, start_on = r.start_on, deadline_on = r.deadline_on, duration_minutes = r.duration_minutes,
        recurrence = r.recurrence, section = r.section, labels = r.labels, assignees = r.assignees, position = r.position,
        completed_at = r.completed_at, deleted_at = r.deleted_at, version = t.version + 1, updated_at = :at::timestamptz
    from ready r where t.id = r.id
    returning t.*, r.verb, r.before, to_jsonb(t) as after
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'task', w.id, w.verb, w.before, w.after, :channel::text
    from written w order by w.id
)
select t.*, p.name as project_name,
       case when t.assignees <> '{}' then
           (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by u.name) from users u where u.id = any(t.assignees))
       end as people,
       (select count(*) from tasks s where s.parent_id = t.id and s.deleted_at is null) as subtasks_count
from written t left join projects p on p.id = t.project_id;

-- name: list_places(viewer, ids)
-- Where visible tasks lie, for those who want to put something under them.
select t.id, t.project_id from tasks t
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
where t.id = any(:ids::uuid[]) and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null end;

-- name: list_descendants(id)
-- Ids of everything under a task, deleted or not.
with recursive under as (
    select id from tasks where parent_id = :id::uuid
    union
    select t.id from tasks t join under u on t.parent_id = u.id
)
select id from under;

-- name: find_role(viewer, project_id)$
select m.role from project_members m join projects p on p.id = m.project_id
where m.project_id = :project_id::uuid and m.user_id = :viewer::uuid and p.deleted_at is null;

-- name: list_members(project_ids)
select m.project_id, u.id, u.name, m.role from project_members m join users u on u.id = m.user_id
where m.project_id = any(:project_ids::uuid[]) order by u.name, u.id;

-- name: list_titles(viewer, status, limit)
-- Newest first, for finding a task by what it is called.
select t.id, t.title from tasks t
where t.status = :status::text and t.deleted_at is null
  and ((t.project_id is null and t.owner_id = :viewer::uuid)
       or t.project_id = any(array(
           select m.project_id from project_members m join projects p on p.id = m.project_id
           where m.user_id = :viewer::uuid and p.deleted_at is null)))
order by t.updated_at desc, t.id desc limit :limit::int;

-- name: insert_project(id, viewer, name, colour, position, change_set, channel, at)^
with created as (
    insert into projects (id, owner_id, name, colour, position, created_at, updated_at)
    values (:id::uuid, :viewer::uuid, :name::text, :colour::text, :position::float8, :at::timestamptz, :at::timestamptz)
    returning *
), joined as (
    insert into project_members (project_id, user_id, role, added_at)
    select id, owner_id, 'owner', created_at from created
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'project', c.id, 'created', to_jsonb(c), :channel::text
    from created c
)
select c.*, 'owner' as role, 0::bigint as open_count,
       (select jsonb_build_array(jsonb_build_object('id', u.id, 'name', u.name, 'role', 'owner')) from users u where u.id = c.owner_id)
           as members
from created c;

-- name: list_projects(viewer, ids)
-- The viewer's projects, all or those among `ids`.
select p.*, m.role,
       (select count(*) from tasks t where t.project_id = p.id and t.status = 'open' and t.deleted_at is null) as open_count,
       (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name, 'role', o.role) order by u.name, u.id)
        from project_members o join users u on u.id = o.user_id where o.project_id = p.id) as members
from projects p join project_members m on m.project_id = p.id
where m.user_id = :viewer::uuid and p.deleted_at is null and (:ids::uuid[] is null or p.id = any(:ids::uuid[]))
order by p.id;

-- name: list_project_names(viewer)
select p.id, p.name from projects p join project_members m on m.project_id = p.id
where m.user_id = :viewer::uuid and p.deleted_at is null order by p.archived_at is not null, p.id;

-- name: insert_member(project_id, user_id, role, at)!
insert into project_members (project_id, user_id, role, added_at)
select :project_id::uuid, u.id, :role::text, :at::timestamptz from users u where u.id = :user_id::uuid
on conflict (project_id, user_id) do update set role = excluded.role;

-- name: list_people(viewer)
-- The viewer first, then everybody who shares a project with them.
select u.id, u.name from users u
where u.id = :viewer::uuid or u.id in (
    select o.user_id from project_members m
    join projects p on p.id = m.project_id
    join project_members o on o.project_id = m.project_id
    where m.user_id = :viewer::uuid and p.deleted_at is null)
order by u.id <> :viewer::uuid, u.name, u.id;

-- name: take_journal(viewer, change_set)
-- What one act of the viewer changed and nobody has taken back yet, newest first.
select seq, subject, subject_id, verb, before, after from journal
where change_set = :change_set::uuid and actor_id = :viewer::uuid and undone_at is null
order by seq desc for update;

-- name: mark_undone(seqs, at, change_set, by)!
with taken as (
    update journal set undone_at = :at::timestamptz where seq = any(:seqs::bigint[])
)
update journal set undoes = :change_set::uuid where change_set = :by::uuid;

-- name: find_last_change(viewer, since)$
-- The newest change of the viewer's that is neither taken back nor itself a taking back.
select change_set from journal
where actor_id = :viewer::uuid and at >= :since::timestamptz and undone_at is null and undoes is null
order by seq desc limit 1;

-- name: list_moved_tasks(states)
-- Those that are not as they were left, whatever came and went in between.
select t.id from tasks t join jsonb_array_elements(:states::jsonb) s on t.id = (s ->> 'id')::uuid
where to_jsonb(t) - array['version', 'updated_at'] <> s - array['version', 'updated_at'];

-- name: list_moved_projects(states)
select p.id from projects p join jsonb_array_elements(:states::jsonb) s on p.id = (s ->> 'id')::uuid
where to_jsonb(p) - array['version', 'updated_at'] <> s - array['version', 'updated_at'];

-- name: lock_projects(viewer, ids)
select p.*, m.role from projects p join project_members m on m.project_id = p.id and m.user_id = :viewer::uuid
where p.id = any(:ids::uuid[]) order by p.id for no key update of p;

-- name: write_projects(changes, viewer, change_set, channel, at)
with wanted as (
    select (w ->> 'id')::uuid as id, w ->> 'verb' as verb, w -> 'set' as set
    from jsonb_array_elements(:changes::jsonb) w
), ready as (
    select w.verb, to_jsonb(o) as before, r.*
    from wanted w join projects o on o.id = w.id cross join lateral jsonb_populate_record(o, w.set) r
), written as (
    update projects p set
        owner_id = r.owner_id, name = r.name, colour = r.colour, position = r.position, archived_at = r.archived_at,
        deleted_at = r.deleted_at, version = p.version + 1, updated_at = :at::timestamptz
    from ready r where p.id = r.id
    returning p.*, r.verb, r.before, to_jsonb(p) as after
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'project', w.id, w.verb, w.before, w.after, :channel::text
    from written w order by w.id
)
select id, name from written;
