-- name: plan_defaults(ids, now)
-- Default reminders of these tasks as they should be; answers the other reminders, locked, for the wall clock to plan.
with task as materialized (
    select t.id, t.due_on, t.due_at, t.owner_id, t.assignees, t.project_id,
           t.status = 'open' and t.deleted_at is null and p.deleted_at is null and p.archived_at is null as live
    from tasks t left join projects p on p.id = t.project_id
    where t.id = any(:ids::uuid[])
), wanted as materialized (
    select t.id as task_id, a.user_id, t.live, s.seconds, t.due_at + make_interval(secs => s.seconds) as moment
    from task t
    cross join lateral unnest(case when t.assignees = '{}' then array[t.owner_id] else t.assignees end) as a (user_id)
    left join preferences f on f.user_id = a.user_id
    cross join lateral (
        select case when f.user_id is null then 0 else -extract(epoch from f.default_reminder)::int end as seconds) s
    where t.due_at is not null and s.seconds is not null
      and not exists (select from reminders r where r.task_id = t.id and r.user_id = a.user_id and not r.is_default)
      and case when t.project_id is null then a.user_id = t.owner_id
               else exists (select from project_members m where m.project_id = t.project_id and m.user_id = a.user_id) end
), dropped as (
    delete from reminders r using task t
    where r.task_id = t.id and r.is_default
      and not exists (select from wanted w where w.task_id = r.task_id and w.user_id = r.user_id)
), kept as (
    -- Its id needs no order: it is nobody's act, and there is one a person and task.
    insert into reminders as r (id, task_id, user_id, offset_seconds, is_default, ring_at, created_at, updated_at)
    select gen_random_uuid(), w.task_id, w.user_id, w.seconds, true, case when w.moment >= :now::timestamptz then w.moment end,
           :now::timestamptz, :now::timestamptz
    from wanted w where w.live
    on conflict (task_id, user_id) where is_default do update set
        offset_seconds = excluded.offset_seconds,
        version = r.version + (r.offset_seconds <> excluded.offset_seconds)::int,
        ring_at = (select w.moment from wanted w
                   where w.task_id = r.task_id and w.user_id = r.user_id and (w.moment >= :now::timestamptz or w.moment = r.ring_at)
                     and w.moment > coalesce(r.rung_at, '-infinity'))
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
select r.*, case when r.floats then u.timezone else r.zone end as zone,
       t.status = 'open' and t.deleted_at is null and p.deleted_at is null and p.archived_at is null and u.disabled_at is null
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
select d.user_id, d.kind, d.next_at, u.timezone as zone, h.at, case d.kind when 'review' then f.review_weekday end as weekday
from digests d join users u on u.id = d.user_id left join preferences f on f.user_id = d.user_id
cross join lateral (
    select case when u.disabled_at is null and not f.muted and coalesce((f.switches ->> d.kind)::bool, true)
           then case d.kind when 'digest' then f.digest_time else f.review_time end end as at) h
where d.next_at <= :now::timestamptz order by d.next_at limit :limit::int for no key update of d skip locked;

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
