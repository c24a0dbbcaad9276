-- name: plan_defaults(ids, now)
-- Default reminders of these tasks as they should be; answers the other reminders, locked, for the wall clock to plan.
-- `ids` comes by a subquery, so that PostgreSQL cannot count them: it plans once for all, where planning took most of the time.
with task as materialized (
    select t.id, t.due_on, t.due_at, t.owner_id, t.assignees, t.project_id,
           t.status = 'open' and t.deleted_at is null and p.deleted_at is null and p.archived_at is null
           and p.is_template is not true as live
    from tasks t left join projects p on p.id = t.project_id
    where t.id = any((select :ids::uuid[])::uuid[])
), wanted as materialized (
    select t.id as task_id, a.user_id, t.live, s.seconds, t.due_at + make_interval(secs => s.seconds) as moment
    from task t
    cross join lateral unnest(case when t.assignees = '{}' then array[t.owner_id] else t.assignees end) as a (user_id)
    left join preferences f on f.user_id = a.user_id
    cross join lateral (
        select case when f.user_id is null then 0 else -extract(epoch from f.default_reminder)::int end as seconds) s
    where t.due_at is not null and s.seconds is not null
      -- A moment of its own, such as "in an hour", comes beside the default one, else it would silence all that repeats.
      -- Asked row by row, by the index: as a join it would read every reminder there is.
      and (select true from reminders r where r.task_id = t.id and r.user_id = a.user_id and not r.is_default
           and (r.at_on is null or r.rrule is not null) limit 1) is null
      and case when t.project_id is null then a.user_id = t.owner_id
               else exists (select from project_members m where m.project_id = t.project_id and m.user_id = a.user_id) end
), dropped as (
    delete from reminders r using task t
    where r.task_id = t.id and r.is_default
      and not exists (select from wanted w where w.task_id = r.task_id and w.user_id = r.user_id)
), kept as (
    insert into reminders as r (id, task_id, user_id, offset_seconds, is_default, ring_at, created_at, updated_at)
    select new_id(), w.task_id, w.user_id, w.seconds, true, case when w.moment >= :now::timestamptz then w.moment end,
           :now::timestamptz, :now::timestamptz
    from wanted w where w.live
    on conflict (task_id, user_id) where is_default do update set
        offset_seconds = excluded.offset_seconds,
        version = r.version + (r.offset_seconds <> excluded.offset_seconds)::int,
        ring_at = (select m.moment
                   from tasks t cross join lateral (select t.due_at + make_interval(secs => excluded.offset_seconds) as moment) m
                   where t.id = r.task_id and (m.moment >= :now::timestamptz or m.moment = r.ring_at)
                     and m.moment > coalesce(r.rung_at, '-infinity'))
    where r.dropped_at is null
      and (r.offset_seconds <> excluded.offset_seconds or r.ring_at is distinct from excluded.ring_at)
)
select r.id, r.offset_seconds, r.at_on, r.at_time, r.rrule, r.ring_at, r.rung_at, t.due_on, t.due_at,
       case when r.floats then u.timezone else r.zone end as zone, coalesce(f.day_starts, '09:00') as day_starts,
       t.live and case when t.project_id is null then r.user_id = t.owner_id
                       else exists (select from project_members m where m.project_id = t.project_id and m.user_id = r.user_id) end
           as live
from task t join reminders r on r.task_id = t.id join users u on u.id = r.user_id left join preferences f on f.user_id = r.user_id
where not (r.is_default and t.live)
for no key update of r;

-- name: set_rings(ids, rings)!
update reminders r set ring_at = n.ring_at
from unnest(:ids::uuid[], :rings::timestamptz[]) as n (id, ring_at) where r.id = n.id;

-- name: lock_due(now, limit)
-- Due reminders in the order they are due, past those that another worker holds.
with due as materialized (
    select * from reminders where ring_at <= :now::timestamptz order by ring_at limit :limit::int for no key update skip locked
)
select r.id, r.task_id, r.user_id, r.at_on, r.at_time, r.rrule, r.is_default, r.ring_at,
       case when r.floats then u.timezone else r.zone end as zone,
       t.status = 'open' and t.deleted_at is null and p.deleted_at is null and p.archived_at is null
       and p.is_template is not true and u.disabled_at is null
       and case when t.project_id is null then r.user_id = t.owner_id
                else exists (select from project_members m where m.project_id = t.project_id and m.user_id = r.user_id) end as live
from due r join tasks t on t.id = r.task_id left join projects p on p.id = t.project_id join users u on u.id = r.user_id
order by r.ring_at, r.id;

-- name: mark_rung(ids, rings, following, now)!
update reminders r set ring_at = n.following, rung_at = case when n.rings then :now::timestamptz else r.rung_at end
from unnest(:ids::uuid[], :rings::bool[], :following::timestamptz[]) as n (id, rings, following) where r.id = n.id;

-- name: find_next_ring()$
select ring_at from reminders where ring_at is not null order by ring_at limit 1;

-- name: find_next_due()$
select least((select ring_at from reminders where ring_at is not null order by ring_at limit 1),
             (select next_at from digests order by next_at limit 1));

-- name: find_next_digest()$
select next_at from digests order by next_at limit 1;

-- name: lock_due_digests(now, limit)
-- `at`: the hour on the wall clock of `zone`; null: the person does not want it any more.
select d.user_id, d.kind, d.next_at, u.timezone as zone, u.disabled_at is null as live, h.at,
       case d.kind when 'review' then f.review_weekday end as weekday
from digests d join users u on u.id = d.user_id left join preferences f on f.user_id = d.user_id
cross join lateral (
    select case when not f.muted and coalesce((f.switches ->> d.kind)::bool, true)
           then case d.kind when 'digest' then f.digest_time else f.review_time end end as at) h
where d.next_at <= :now::timestamptz order by d.next_at limit :limit::int for no key update of d skip locked;

-- name: lock_digests(users, kinds)
-- `at`: the hour on the wall clock of `zone`; null: the person does not want it any more.
select d.user_id, d.kind, d.next_at, u.timezone as zone, u.disabled_at is null as live, h.at,
       case d.kind when 'review' then f.review_weekday end as weekday
from digests d join users u on u.id = d.user_id left join preferences f on f.user_id = d.user_id
cross join lateral (
    select case when not f.muted and coalesce((f.switches ->> d.kind)::bool, true)
           then case d.kind when 'digest' then f.digest_time else f.review_time end end as at) h
where (d.user_id, d.kind) in (select * from unnest(:users::uuid[], :kinds::text[])) for no key update of d skip locked;

-- name: move_digests(users, kinds, following)!
with moved as (
    select * from unnest(:users::uuid[], :kinds::text[], :following::timestamptz[]) as n (user_id, kind, following)
), ended as (
    delete from digests d using moved n where d.user_id = n.user_id and d.kind = n.kind and n.following is null
)
update digests d set next_at = n.following
from moved n where d.user_id = n.user_id and d.kind = n.kind and n.following is not null;

-- name: list_digest_hours(user_id)
select k.kind, u.timezone as zone, case k.kind when 'review' then f.review_weekday end as weekday,
       case when not f.muted and coalesce((f.switches ->> k.kind)::bool, true)
            then case k.kind when 'digest' then f.digest_time else f.review_time end end as at
from users u join preferences f on f.user_id = u.id cross join unnest(array['digest', 'review']) as k (kind)
where u.id = :user_id::uuid;

-- name: set_digests(user_id, kinds, following)!
with wanted as (
    select * from unnest(:kinds::text[], :following::timestamptz[]) as n (kind, following)
), ended as (
    delete from digests d using wanted n where d.user_id = :user_id::uuid and d.kind = n.kind and n.following is null
)
insert into digests (user_id, kind, next_at) select :user_id::uuid, n.kind, n.following from wanted n where n.following is not null
on conflict (user_id, kind) do update set next_at = excluded.next_at;

-- name: list_seen(viewer, ids)
select t.id from tasks t
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where t.id = any(:ids::uuid[]) and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end;

-- name: insert_reminders(rows, viewer, most, change_set, channel, at)
-- All of `rows` or none: the viewer must see each task, and have no more than `most` of their own on any.
with new as materialized (
    select r.*, count(*) over (partition by r.task_id)
           + (select count(*) filter (where o.user_id = :viewer::uuid and not o.is_default) from reminders o where o.task_id = r.task_id)
               as many
    from jsonb_populate_recordset(null::reminders, :rows::jsonb) r
), allowed as (
    -- One by one, for a database too young to know how many there are would walk through all tasks.
    select n.* from new n cross join lateral (select * from tasks t where t.id = n.task_id limit 1) t
    left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
    left join projects p on p.id = t.project_id
    where t.deleted_at is null
      and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
      and n.many <= :most::int
), created as (
    insert into reminders (id, task_id, user_id, offset_seconds, at_on, at_time, zone, floats, rrule, created_at, updated_at)
    select id, task_id, :viewer::uuid, offset_seconds, at_on, at_time, zone, zone is null, rrule, created_at, created_at
    from allowed where (select count(*) from allowed) = (select count(*) from new)
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, task_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'reminder', c.id, c.task_id, 'created', to_jsonb(c), :channel::text
    from created c order by c.id
)
select id from created;

-- name: lock_reminder(viewer, id)^
select r.* from reminders r join tasks t on t.id = r.task_id
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where r.id = :id::uuid and r.user_id = :viewer::uuid and r.dropped_at is null and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
for no key update of r;

-- name: write_reminder(id, set, verb, viewer, change_set, channel, at)!
-- Columns that are not in `set` stay. The row is locked already.
with written as (
    update reminders r set
        offset_seconds = n.offset_seconds, at_on = n.at_on, at_time = n.at_time, zone = n.zone, floats = n.floats, rrule = n.rrule,
        is_default = n.is_default, dropped_at = n.dropped_at, ring_at = n.ring_at, rung_at = n.rung_at,
        version = r.version + 1, updated_at = :at::timestamptz
    from reminders o cross join lateral jsonb_populate_record(o, :set::jsonb) n
    where o.id = :id::uuid and r.id = o.id
    returning r.id, r.task_id, to_jsonb(o) as before, to_jsonb(r) as after
)
insert into journal (at, change_set, actor_id, subject, subject_id, task_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'reminder', w.id, w.task_id, :verb::text, w.before, w.after, :channel::text
from written w;

-- name: delete_reminder(id, viewer, change_set, channel, at)!
with gone as (
    delete from reminders where id = :id::uuid and user_id = :viewer::uuid returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, task_id, verb, before, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'reminder', g.id, g.task_id, 'deleted', to_jsonb(g), :channel::text
from gone g;

-- name: list_by_ids(viewer, ids)
select r.id, r.task_id, r.offset_seconds, r.at_on, r.at_time, r.rrule, r.is_default, r.ring_at, r.rung_at, r.version,
       case when r.floats then u.timezone else r.zone end as zone
from reminders r join users u on u.id = r.user_id join tasks t on t.id = r.task_id
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where r.id = any(:ids::uuid[]) and r.user_id = :viewer::uuid and r.dropped_at is null and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end;

-- name: list_of_task(viewer, task_id)
-- Of a task that the viewer sees.
select r.id, r.task_id, r.offset_seconds, r.at_on, r.at_time, r.rrule, r.is_default, r.ring_at, r.rung_at, r.version,
       case when r.floats then u.timezone else r.zone end as zone
from reminders r join users u on u.id = r.user_id
where r.task_id = :task_id::uuid and r.user_id = :viewer::uuid and r.dropped_at is null
order by r.created_at, r.id;

-- name: list_of_tasks(viewer, task_ids)
-- The viewer's, of tasks that they see.
select r.id, r.task_id, r.offset_seconds, r.at_on, r.at_time, r.rrule, r.is_default, r.ring_at, r.rung_at, r.version,
       case when r.floats then u.timezone else r.zone end as zone
from reminders r join users u on u.id = r.user_id
where r.task_id = any(:task_ids::uuid[]) and r.user_id = :viewer::uuid and r.dropped_at is null
order by r.created_at, r.id;

-- name: list_upcoming(viewer, after_at, after_id, limit)
select r.id, r.task_id, r.offset_seconds, r.at_on, r.at_time, r.rrule, r.is_default, r.ring_at, r.rung_at, r.version,
       case when r.floats then u.timezone else r.zone end as zone
from reminders r join users u on u.id = r.user_id join tasks t on t.id = r.task_id
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where r.user_id = :viewer::uuid and r.ring_at is not null and t.deleted_at is null
  and (:after_at::timestamptz is null or (r.ring_at, r.id) > (:after_at::timestamptz, :after_id::uuid))
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
order by r.ring_at, r.id limit :limit::int;
