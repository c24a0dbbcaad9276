-- name: keep_labels(ids, viewer, names, at)!
insert into labels (id, owner_id, name, position, created_at, updated_at)
select l.id, :viewer::uuid, l.name, extract(epoch from :at::timestamptz), :at::timestamptz, :at::timestamptz
from unnest(:ids::uuid[], :names::text[]) as l (id, name)
where not exists (select from labels o where o.owner_id = :viewer::uuid and fold(o.name) = fold(l.name))
on conflict do nothing;

-- name: list_labels(viewer, label_id, after, position, limit)
-- The viewer's own, all or one, with how many open tasks they see carry each. Tasks that carry the same are counted first:
-- taking every task's labels apart, and folding them, costs more than all the rest.
with mine as (
    select l.*, fold(l.name) as folded from labels l
    where l.owner_id = :viewer::uuid and (:label_id::uuid is null or l.id = :label_id::uuid)
      and (:after::uuid is null or (l.position, l.id) > (:position::float8, :after::uuid))
    order by l.position, l.id limit :limit::int
), alike as (
    select t.labels, count(*) as tasks from tasks t
    where t.status = 'open' and t.deleted_at is null and t.labels <> '{}'
      and ((t.owner_id = :viewer::uuid and t.project_id is null)
           or t.project_id = any(array(
               select m.project_id from project_members m join projects p on p.id = m.project_id
               where m.user_id = :viewer::uuid and p.deleted_at is null)))
    group by t.labels
), written as (
    select label, sum(tasks) as tasks from alike cross join unnest(labels) label group by label
), counted as (
    select fold(label) as folded, sum(tasks)::bigint as tasks from written group by 1
)
select m.*, coalesce(c.tasks, 0) as open_count from mine m left join counted c using (folded)
order by m.position, m.id;

-- name: lock_label(viewer, label_id)^
select * from labels where owner_id = :viewer::uuid and id = :label_id::uuid for no key update;

-- name: find_namesake(viewer, label_id, name)^
-- Another label of the viewer's that has this name already, locked.
select * from labels where owner_id = :viewer::uuid and fold(name) = fold(:name::text) and id <> :label_id::uuid for no key update;

-- name: lock_carriers(viewer, name)
-- Every task that carries a label and is the viewer's to change, locked in the order that everybody keeps.
select t.id, t.labels from tasks t
where t.deleted_at is null and t.labels <> '{}'
  and ((t.owner_id = :viewer::uuid and t.project_id is null)
       or t.project_id = any(array(
           select m.project_id from project_members m join projects p on p.id = m.project_id
           where m.user_id = :viewer::uuid and m.role <> 'viewer' and p.deleted_at is null)))
  and exists (select from unnest(t.labels) l where fold(l) = fold(:name::text))
order by t.id
for no key update of t;

-- name: insert_label(id, name, colour, position, viewer, change_set, channel, at)$
-- Nothing when the viewer has one of that name.
with created as (
    insert into labels (id, owner_id, name, colour, position, created_at, updated_at)
    values (:id::uuid, :viewer::uuid, :name::text, :colour::text, :position::float8, :at::timestamptz, :at::timestamptz)
    on conflict do nothing
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'label', c.id, 'created', to_jsonb(c), :channel::text
    from created c
)
select id from created;

-- name: write_label(id, set, viewer, change_set, channel, at)!
-- `set`: {column: value}; columns that are not in it stay. The row is locked already.
with ready as (
    select to_jsonb(o) as before, r.* from labels o cross join lateral jsonb_populate_record(o, :set::jsonb) r
    where o.id = :id::uuid
), written as (
    update labels l set name = r.name, colour = r.colour, position = r.position, version = l.version + 1,
                        updated_at = :at::timestamptz
    from ready r where l.id = r.id
    returning l.id, r.before, to_jsonb(l) as after
)
insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'label', w.id, 'changed', w.before, w.after, :channel::text
from written w;

-- name: delete_label(id, viewer, change_set, channel, at)!
with gone as (
    delete from labels l where l.id = :id::uuid returning l.id, to_jsonb(l) as before
)
insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'label', g.id, 'deleted', g.before, :channel::text
from gone g;
