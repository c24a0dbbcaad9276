-- name: list_filters(viewer, filter_id, after, position, limit)
-- The viewer's own, all or one.
select * from saved_filters
where owner_id = :viewer::uuid and (:filter_id::uuid is null or id = :filter_id::uuid)
  and (:after::uuid is null or (position, id) > (:position::float8, :after::uuid))
order by position, id limit :limit::int;

-- name: lock_filter(viewer, filter_id)^
select * from saved_filters where owner_id = :viewer::uuid and id = :filter_id::uuid for no key update;

-- name: insert_filter(id, name, query, colour, position, most, viewer, change_set, channel, at)^
-- Nothing when the viewer has `most` of them.
with created as (
    insert into saved_filters (id, owner_id, name, query, colour, position, created_at, updated_at)
    select :id::uuid, :viewer::uuid, :name::text, :query::text, :colour::text, :position::float8, :at::timestamptz, :at::timestamptz
    where (select count(*) from saved_filters where owner_id = :viewer::uuid) < :most::int
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'filter', c.id, 'created', to_jsonb(c), :channel::text
    from created c
)
select * from created;

-- name: write_filter(id, set, viewer, change_set, channel, at)^
-- `set`: {column: value}; columns that are not in it stay. The row is locked already.
with ready as (
    select to_jsonb(o) as before, r.* from saved_filters o cross join lateral jsonb_populate_record(o, :set::jsonb) r
    where o.id = :id::uuid
), written as (
    update saved_filters f set name = r.name, query = r.query, colour = r.colour, position = r.position, version = f.version + 1,
                               updated_at = :at::timestamptz
    from ready r where f.id = r.id
    returning f.*, r.before, to_jsonb(f) as after
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'filter', w.id, 'changed', w.before, w.after, :channel::text
    from written w
)
select * from written;

-- name: delete_filter(id, viewer, change_set, channel, at)!
with gone as (
    delete from saved_filters f where f.id = :id::uuid returning f.id, to_jsonb(f) as before
)
insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'filter', g.id, 'deleted', g.before, :channel::text
from gone g;
