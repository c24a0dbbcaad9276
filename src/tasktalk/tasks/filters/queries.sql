-- name: list_places(viewer)
-- The projects whose tasks the viewer may see; `put_away`: archived, or a template.
select p.id, p.name, p.archived_at is not null or p.is_template as put_away
from project_members m join projects p on p.id = m.project_id
where m.user_id = :viewer::uuid and p.deleted_at is null;

-- name: list_shared(places)
-- Those of `places` that more than one person is in.
select m.project_id from project_members m where m.project_id = any(:places::uuid[])
group by m.project_id having count(*) > 1;

-- name: list_sections(viewer, places, pattern)
-- Those whose folded name is like `pattern`, in `places` or in the viewer's Inbox.
select s.id from sections s
where (s.project_id = any(:places::uuid[]) or (s.project_id is null and s.owner_id = :viewer::uuid))
  and fold(s.name) like :pattern::text;

-- name: list_people(viewer)
-- The viewer, and whoever shares a project with them.
select u.id, u.name from users u
where u.id = :viewer::uuid or u.id in (
    select o.user_id from project_members m
    join projects p on p.id = m.project_id and p.deleted_at is null
    join project_members o on o.project_id = m.project_id
    where m.user_id = :viewer::uuid);
