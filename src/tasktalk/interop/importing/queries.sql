-- name: list_known(owner_id, source, external_ids)
-- What came before and is still there; who may see it is asked when it is read.
select i.external_id, i.task_id from imported i join tasks t on t.id = i.task_id
where i.owner_id = :owner_id and i.source = :source and i.external_id = any(:external_ids::text[]) and t.deleted_at is null;

-- name: list_insiders(viewer, project_ids)
-- Who shares these projects with the viewer.
select m.project_id, u.id, u.name, u.email from project_members m join users u on u.id = m.user_id
where m.project_id = any(:project_ids::uuid[]) and u.disabled_at is null
  and exists (select from project_members o where o.project_id = m.project_id and o.user_id = :viewer::uuid);

-- name: find_self(viewer)^
select id, name, email from users where id = :viewer::uuid;

-- name: note_imported(owner_id, source, external_ids, task_ids)!
insert into imported (owner_id, source, external_id, task_id)
select :owner_id::uuid, :source::text, i.external_id, i.task_id
from unnest(:external_ids::text[], :task_ids::uuid[]) as i (external_id, task_id)
on conflict (owner_id, source, external_id) do update set task_id = excluded.task_id;

-- name: keep_draft(owner_id, id, name, content, at)!
insert into import_drafts (owner_id, id, name, content, created_at) values (:owner_id, :id, :name, :content, :at)
on conflict (owner_id) do update
set id = excluded.id, name = excluded.name, content = excluded.content, created_at = excluded.created_at;

-- name: find_draft(owner_id, id)^
select name, content from import_drafts where owner_id = :owner_id and id = :id;

-- name: drop_draft(owner_id)!
delete from import_drafts where owner_id = :owner_id;

-- name: forget_drafts(before)!
delete from import_drafts where created_at < :before;
