-- name: insert_tasks(rows, viewer, change_set, channel, at)
-- All of `rows` or none: each must lie where the viewer may write, under a parent in the same place (`list_places` keeps it
-- there), with assignees who see it.
-- Answers them as `task_cards` will show them, which sees them only from the next statement on.
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
        id, owner_id, project_id, parent_id, title, notes, priority, due_on, due_time, due_at, due_zone, due_floats_with, start_on,
        deadline_on,
        duration_minutes, recurrence, section_id, labels, assignees, position, source_channel, source_message_id,
        created_at, updated_at)
    select
        id, owner_id, project_id, parent_id, title, notes, priority, due_on, due_time, due_at, due_zone, due_floats_with, start_on,
        deadline_on,
        duration_minutes, recurrence, section_id, labels, assignees, position, source_channel, source_message_id,
        created_at, updated_at
    from allowed where (select count(*) from allowed) = (select count(*) from new)
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'task', c.id, c.id, c.project_id, 'created', to_jsonb(c),
           :channel::text
    from created c order by c.id
)
select c.*, p.name as project_name, s.name as section,
       case when c.assignees <> '{}' then
           (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by u.name) from users u where u.id = any(c.assignees))
       end as people,
       (select count(*) from created under where under.parent_id = c.id) as subtasks_count,
       0::bigint as comments_count, null::jsonb as files
from created c left join projects p on p.id = c.project_id left join sections s on s.id = c.section_id;

-- name: read_tasks(viewer, ids, trashed)
-- The tasks among `ids` that the viewer sees; `trashed`: deleted ones too. What is asked for goes by subqueries, so that it
-- does not turn the plan and PostgreSQL keeps that: planning this anew each time takes three times as long as running it.
select t.* from task_cards t
left join project_members m on m.project_id = t.project_id and m.user_id = (select :viewer::uuid)
left join projects p on p.id = t.project_id
where t.id = any((select :ids::uuid[])::uuid[]) and (t.deleted_at is null or (select :trashed::bool))
  and case when t.project_id is null then t.owner_id = (select :viewer::uuid)
           else m.user_id is not null and p.deleted_at is null end;

-- name: lock_tasks(viewer, ids)
-- The tasks among `ids` that the viewer sees (deleted ones and those of deleted projects too), locked in one order for everybody, with the viewer's role there.
select t.*, coalesce(m.role, 'owner') as role, p.deleted_at is not null as place_deleted,
       exists (select from tasks c where c.parent_id = t.id) as has_subtasks
from tasks t
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where t.id = any((select :ids::uuid[])::uuid[])
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
        due_zone = r.due_zone, due_floats_with = r.due_floats_with, series_on = r.series_on, series_time = r.series_time,
        start_on = r.start_on, deadline_on = r.deadline_on, duration_minutes = r.duration_minutes,
        recurrence = r.recurrence, section_id = r.section_id, labels = r.labels, assignees = r.assignees,
        accepted = r.accepted, position = r.position,
        completed_at = r.completed_at, deleted_at = r.deleted_at, version = t.version + 1, updated_at = :at::timestamptz
    from ready r where t.id = r.id
    returning t.*, r.verb, r.before, to_jsonb(t) as after
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, before, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'task', w.id, w.id, w.project_id, w.verb, w.before, w.after,
           :channel::text
    from written w order by w.id
)
select w.id, w.due_at is not null or exists (select from reminders r where r.task_id = w.id) as reminds,
       exists (select from users u where u.id = w.due_floats_with and u.timezone <> w.due_zone) as stranded
from written w;

-- name: list_places(viewer, ids)
-- Where visible tasks lie, for those who want to put something under them; locked, so that they stay there meanwhile.
select t.id, t.project_id from tasks t
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
where t.id = any(:ids::uuid[]) and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null end
order by t.id
for no key update of t;

-- name: list_parents(ids)
select distinct parent_id from tasks where parent_id = any(:ids::uuid[]);

-- name: list_descendants(id, leaving)
-- Ids of everything under a task, deleted or not, but for those that are just being put elsewhere.
with recursive under as (
    select id from tasks where parent_id = :id::uuid and id <> all(:leaving::uuid[])
    union
    select t.id from tasks t join under u on t.parent_id = u.id where t.id <> all(:leaving::uuid[])
)
select id from under;

-- name: await_turn()!
-- One at a time: two tasks that are put under each other's subtasks at once could close a circle that neither sees.
select pg_advisory_xact_lock(9, 1);

-- name: list_torn(ids)
-- Among these tasks and those right under them: what hangs under a task that is deleted, lies elsewhere, or is under it.
with recursive near as (
    select t.* from tasks t where (t.id = any(:ids::uuid[]) or t.parent_id = any(:ids::uuid[])) and t.deleted_at is null
), above as (
    select t.id, t.parent_id from tasks t where t.id = any(:ids::uuid[])
    union
    select a.id, p.parent_id from above a join tasks p on p.id = a.parent_id
)
select n.title from near n join tasks p on p.id = n.parent_id
where p.deleted_at is not null or p.project_id is distinct from n.project_id
   or (n.project_id is null and p.owner_id <> n.owner_id)
   or exists (select from above a where a.id = n.id and a.parent_id = n.id)
order by n.id;

-- name: find_role(viewer, project_id)$
select m.role from project_members m join projects p on p.id = m.project_id
where m.project_id = :project_id::uuid and m.user_id = :viewer::uuid and p.deleted_at is null;

-- name: list_members(project_ids)
select m.project_id, u.id, u.name, m.role from project_members m join users u on u.id = m.user_id
where m.project_id = any(:project_ids::uuid[]) order by u.name, u.id;

-- name: hold_members(project_id, people)
-- Those of `people` who are in a project; they cannot leave it meanwhile.
select m.user_id from project_members m where m.project_id = :project_id::uuid and m.user_id = any(:people::uuid[])
order by m.user_id
for key share of m;

-- name: list_titles(viewer, status, limit)
-- Newest first, for finding a task by what it is called.
select t.id, t.title from tasks t
where t.status = :status::text and t.deleted_at is null
  and ((t.project_id is null and t.owner_id = :viewer::uuid)
       or t.project_id = any(array(
           select m.project_id from project_members m join projects p on p.id = m.project_id
           where m.user_id = :viewer::uuid and p.deleted_at is null)))
order by t.updated_at desc, t.id desc limit :limit::int;
