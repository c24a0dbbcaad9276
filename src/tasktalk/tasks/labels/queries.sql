-- name: keep_labels(ids, viewer, names, at)!
insert into labels (id, owner_id, name, position, created_at, updated_at)
select l.id, :viewer::uuid, l.name, extract(epoch from :at::timestamptz), :at::timestamptz, :at::timestamptz
from unnest(:ids::uuid[], :names::text[]) as l (id, name)
where not exists (select from labels o where o.owner_id = :viewer::uuid and fold(o.name) = fold(l.name))
on conflict do nothing;
