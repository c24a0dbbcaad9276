-- name: insert_project(id, viewer, name, colour, icon, description, is_template, position, change_set, channel, at)!
with created as (
    insert into projects (id, owner_id, name, colour, icon, description, is_template, position, created_at, updated_at)
    values (:id::uuid, :viewer::uuid, :name::text, :colour::text, :icon::text, :description::text, :is_template::bool,
            :position::float8, :at::timestamptz, :at::timestamptz)
    returning *
), joined as (
    insert into project_members (project_id, user_id, role, own_role, added_at)
    select id, owner_id, 'owner', 'owner', created_at from created
)
insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'project', c.id, c.id, 'created', to_jsonb(c), :channel::text
from created c;

-- name: list_projects(viewer, ids, trashed, archived, templates, after_id, after_position, limit)
-- The viewer's projects, all or those among `ids`. `trashed`: those that are deleted, or are not; null: both.
select p.*, n.open_count, n.done_count,
       (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name, 'role', o.role) order by u.name, u.id)
        from project_members o join users u on u.id = o.user_id where o.project_id = p.id) as members,
       (select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'position', s.position) order by s.position, s.id)
        from sections s where s.project_id = p.id) as sections
from (
    select o.*, m.role
    from project_members m join projects o on o.id = m.project_id
    where m.user_id = :viewer::uuid and (:trashed::bool is null or (o.deleted_at is not null) = :trashed::bool)
      and (:ids::uuid[] is null or o.id = any(:ids::uuid[]))
      and (:archived::bool is null or (o.archived_at is not null) = :archived::bool)
      and (:templates::bool is null or o.is_template = :templates::bool)
      and (:after_id::uuid is null or (o.position, o.id) > (:after_position::float8, :after_id::uuid))
    order by o.position, o.id limit :limit::int) p
cross join lateral (
    select count(*) filter (where t.status = 'open') as open_count, count(*) filter (where t.status = 'done') as done_count
    from tasks t where t.project_id = p.id and t.deleted_at is null) n
order by p.position, p.id;

-- name: list_project_names(viewer)
select p.id, p.name from projects p join project_members m on m.project_id = p.id
where m.user_id = :viewer::uuid and p.deleted_at is null
order by p.archived_at is not null, p.is_template, p.id;

-- name: list_places(viewer)
-- What is alive, in the viewer's order; names and colours alone, for every page has them.
select p.id, p.name, p.colour, m.role from project_members m join projects p on p.id = m.project_id
where m.user_id = :viewer::uuid and p.deleted_at is null and p.archived_at is null and not p.is_template
order by p.position, p.id;

-- name: list_people(viewer)
-- The viewer first, then everybody who shares a project with them.
select u.id, u.name from users u
where u.id = :viewer::uuid or u.id in (
    select o.user_id from project_members m
    join projects p on p.id = m.project_id
    join project_members o on o.project_id = m.project_id
    where m.user_id = :viewer::uuid and p.deleted_at is null)
order by u.id <> :viewer::uuid, u.name, u.id;

-- name: find_or_make_sections(ids, viewer, projects, names, at)
-- The section of each name in each project (null: the viewer's Inbox), made at the end of the board where it is missing.
with wanted as (
    select distinct on (w.project_id, fold(w.name)) w.*
    from unnest(:ids::uuid[], :projects::uuid[], :names::text[]) as w (id, project_id, name)
    where w.project_id is null or exists (
        select from project_members m where m.project_id = w.project_id and m.user_id = :viewer::uuid and m.role <> 'viewer')
), there as (
    select s.id, w.project_id, fold(s.name) as folded from wanted w join sections s
    on fold(s.name) = fold(w.name)
       and (s.project_id = w.project_id or (w.project_id is null and s.project_id is null and s.owner_id = :viewer::uuid))
    order by s.id for key share of s  -- it stays until there is a task in it
), made as (
    insert into sections (id, owner_id, project_id, name, position, created_at, updated_at)
    select w.id, :viewer::uuid, w.project_id, w.name, extract(epoch from :at::timestamptz), :at::timestamptz, :at::timestamptz
    from wanted w
    where not exists (select from there t where t.project_id is not distinct from w.project_id and t.folded = fold(w.name))
    on conflict do nothing
    returning id, project_id, fold(name) as folded
)
select * from there union all select * from made;

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
        owner_id = r.owner_id, name = r.name, colour = r.colour, icon = r.icon, description = r.description,
        is_template = r.is_template, position = r.position, archived_at = r.archived_at,
        deleted_at = r.deleted_at, version = p.version + 1, updated_at = :at::timestamptz
    from ready r where p.id = r.id
    returning p.*, r.verb, r.before, to_jsonb(p) as after
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, before, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'project', w.id, w.id, w.verb, w.before, w.after, :channel::text
    from written w order by w.id
)
select id, name from written;

-- name: list_reminded(project_id)
-- The tasks of a project that may ring.
select t.id from tasks t
where t.project_id = :project_id::uuid and t.status = 'open' and t.deleted_at is null
  and (t.due_on is not null or exists (select from reminders r where r.task_id = t.id));

-- name: list_sections(viewer, project_id)
select * from sections s
where case when :project_id::uuid is null then s.project_id is null and s.owner_id = :viewer::uuid
           else s.project_id = :project_id::uuid end
order by s.position, s.id;

-- name: lock_section(id, viewer)^
-- The section with the viewer's role where it is.
select s.*, coalesce(m.role, 'owner') as role from sections s
left join project_members m on m.project_id = s.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = s.project_id
where s.id = :id::uuid
  and case when s.project_id is null then s.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
for no key update of s;

-- name: insert_section(id, viewer, project_id, name, position, change_set, channel, at)^
with made as (
    insert into sections (id, owner_id, project_id, name, position, created_at, updated_at)
    values (:id::uuid, :viewer::uuid, :project_id::uuid, :name::text, :position::float8, :at::timestamptz, :at::timestamptz)
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'section', m.id, m.project_id, 'created', to_jsonb(m), :channel::text
    from made m
)
select * from made;

-- name: write_section(id, viewer, name, position, change_set, channel, at)^
with before as (
    select s.id, to_jsonb(s) as row from sections s where s.id = :id::uuid
), written as (
    update sections set
        name = :name::text, position = :position::float8, version = version + 1, updated_at = :at::timestamptz
    where id = :id::uuid
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, before, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'section', w.id, w.project_id, 'changed', b.row, to_jsonb(w),
           :channel::text
    from written w join before b on b.id = w.id
)
select * from written;

-- name: list_in_section(id)
select id from tasks where section_id = :id::uuid and deleted_at is null order by id;

-- name: delete_section(id, viewer, change_set, channel, at)!
with gone as (
    delete from sections where id = :id::uuid returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, before, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'section', g.id, g.project_id, 'deleted', to_jsonb(g), :channel::text
from gone g;

-- name: insert_copied_sections(ids, names, positions, project_id, viewer, at)!
insert into sections (id, owner_id, project_id, name, position, created_at, updated_at)
select s.id, :viewer::uuid, :project_id::uuid, s.name, s.position, :at::timestamptz, :at::timestamptz
from unnest(:ids::uuid[], :names::text[], :positions::float8[]) as s (id, name, position);

-- name: list_copied(project_id, limit)
-- The open tasks of a project, a parent before what lies under it.
with recursive copied as (
    select t.id, 0 as depth from tasks t
    left join tasks o on o.id = t.parent_id and o.status = 'open' and o.deleted_at is null
    where t.project_id = :project_id::uuid and t.status = 'open' and t.deleted_at is null and o.id is null
    union all
    select t.id, c.depth + 1 from tasks t join copied c on t.parent_id = c.id
    where t.project_id = :project_id::uuid and t.status = 'open' and t.deleted_at is null
)
select t.*, s.name as section from copied c join tasks t on t.id = c.id left join sections s on s.id = t.section_id
order by c.depth, t.id limit :limit::int;

-- name: list_copied_reminders(task_ids, viewer)
-- The viewer's own, relative to when a task is due.
select task_id, offset_seconds from reminders
where task_id = any(:task_ids::uuid[]) and user_id = :viewer::uuid and offset_seconds is not null and not is_default;

-- name: list_cards_from(project_id, section_id, task_id, after, first, limit)
-- The open cards of a column but for `task_id`: from the top on, else from the card `after` on, else the last alone.
-- A subtask of what is open is none.
with cards as (
    select t.id, t.position from tasks t
    where t.project_id = :project_id::uuid and t.section_id is not distinct from :section_id::uuid
      and t.status = 'open' and t.deleted_at is null and t.id <> :task_id::uuid
      and (t.parent_id is null
           or (select p.status <> 'open' or p.deleted_at is not null from tasks p where p.id = t.parent_id))
), behind as (
    select * from cards where id = :after::uuid
), found as (
    (select c.* from cards c
     where :first::bool or (c.position, c.id) >= (select b.position, b.id from behind b)
     order by c.position, c.id limit :limit::int)
    union all
    (select c.* from cards c where not :first::bool and not exists (select from behind)
     order by c.position desc, c.id desc limit 1)
)
select * from found order by position, id;
