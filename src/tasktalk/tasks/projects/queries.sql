-- name: insert_project(id, viewer, name, colour, position, change_set, channel, at)^
with created as (
    insert into projects (id, owner_id, name, colour, position, created_at, updated_at)
    values (:id::uuid, :viewer::uuid, :name::text, :colour::text, :position::float8, :at::timestamptz, :at::timestamptz)
    returning *
), joined as (
    insert into project_members (project_id, user_id, role, own_role, added_at)
    select id, owner_id, 'owner', 'owner', created_at from created
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'project', c.id, c.id, 'created', to_jsonb(c), :channel::text
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
insert into project_members (project_id, user_id, role, own_role, added_at)
select :project_id::uuid, u.id, :role::text, :role::text, :at::timestamptz from users u where u.id = :user_id::uuid
on conflict (project_id, user_id) do update set role = excluded.role, own_role = excluded.own_role;

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
