-- name: keep_row(user_id, at)!
-- The person's row, made where it is missing and locked either way.
insert into preferences as f (user_id, updated_at) select u.id, :at::timestamptz from users u where u.id = :user_id::uuid
on conflict (user_id) do update set updated_at = f.updated_at;

-- name: read_preferences(user_id)^
select u.name, u.language, u.timezone, coalesce(f.version, 1) as version,
       case when f.user_id is null then interval '0' else f.default_reminder end as default_reminder,
       coalesce(f.day_starts, '09:00') as day_starts, f.digest_time, f.review_time, coalesce(f.review_weekday, 7) as review_weekday,
       f.quiet_from, f.quiet_to, coalesce(f.switches, '{}') as switches, coalesce(f.muted, false) as muted,
       f.by_email, f.apprise_url is not null as apprise, f.monthly_messages
from users u left join preferences f on f.user_id = u.id where u.id = :user_id::uuid;

-- name: write_preferences(user_id, set, at)!
-- Columns that are not in `set` stay. The row is locked already.
update preferences f set
    default_reminder = n.default_reminder, day_starts = n.day_starts, digest_time = n.digest_time, review_time = n.review_time,
    review_weekday = n.review_weekday, quiet_from = n.quiet_from, quiet_to = n.quiet_to, switches = n.switches, muted = n.muted,
    by_email = n.by_email, monthly_messages = n.monthly_messages,
    version = f.version + 1, updated_at = :at::timestamptz
from preferences o cross join lateral jsonb_populate_record(o, :set::jsonb) n
where f.user_id = :user_id::uuid and o.user_id = f.user_id;

-- name: lock_floating(user_id, after, limit)
-- In the trash too: from there they may come back.
select t.id, t.due_on, t.due_time from tasks t
where t.due_floats_with = :user_id::uuid and t.status = 'open' and t.due_time is not null and t.id > :after::uuid
order by t.id limit :limit::int for no key update;

-- name: list_stranded(ids)
select t.id, t.due_on, t.due_time, u.timezone as zone from tasks t join users u on u.id = t.due_floats_with
where t.id = any(:ids::uuid[]) and t.due_zone <> u.timezone and t.due_time is not null;

-- name: move_tasks(ids, moments, zones)!
update tasks t set due_at = n.due_at, due_zone = n.due_zone
from unnest(:ids::uuid[], :moments::timestamptz[], :zones::text[]) as n (id, due_at, due_zone) where t.id = n.id;

-- name: list_on_the_clock(user_id, after, limit)
-- Tasks on which the person has a reminder ahead that their own wall clock rings.
select t.id from tasks t
where t.id > :after::uuid and t.id = any(array(
    select r.task_id from reminders r
    where r.user_id = :user_id::uuid and r.ring_at is not null
      and case when r.at_on is null then not r.is_default else r.floats end))
order by t.id limit :limit::int;

-- name: list_own_timed(user_id, after, limit)
-- Open tasks with a time of which the person is told by default.
select t.id from tasks t
where t.id > :after::uuid and t.status = 'open' and t.deleted_at is null and t.due_at is not null
  and (t.project_id is null and t.owner_id = :user_id::uuid and t.assignees = '{}'
       or t.project_id = any(array(select m.project_id from project_members m where m.user_id = :user_id::uuid))
          and (t.owner_id = :user_id::uuid and t.assignees = '{}' or :user_id::uuid = any(t.assignees)))
order by t.id limit :limit::int;
