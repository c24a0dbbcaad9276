-- name: add_letters(ids, user_ids, ways, subjects, bodies, at)!
insert into letters (id, user_id, way, subject, body, created_at)
select l.id, l.user_id, l.way, l.subject, l.body, :at::timestamptz
from unnest(:ids::uuid[], :user_ids::uuid[], :ways::text[], :subjects::text[], :bodies::text[])
     as l (id, user_id, way, subject, body);

-- name: take_letters(rows, lease_seconds)
-- The next that are due. Whoever takes them has them for the lease; if they are not settled by then, nobody knows whether
-- they left, and they are sent again, under the same Message-ID. An address that is gone is null.
with due as (
    select id from letters where state in ('waiting', 'sending') and next_try_at <= now()
    order by next_try_at limit :rows for update skip locked
)
update letters l
set state = 'sending', attempts = attempts + 1, next_try_at = now() + make_interval(secs => :lease_seconds::float8)
from due, users u left join preferences p on p.user_id = u.id
where l.id = due.id and u.id = l.user_id
returning l.id, l.user_id, l.way, l.subject, l.body, l.attempts, l.created_at, u.name, u.language,
          case when u.disabled_at is null and coalesce(p.by_email, true) then u.email end as email,
          case when u.disabled_at is null then p.apprise_url end as apprise_url;

-- name: settle_letters(ids, numbers, states, errors, delays)!
-- How it ended; an answer that comes after the lease settles nothing, unless it is that the letter left.
update letters l
set state = s.state, error = s.error, next_try_at = now() + make_interval(secs => s.delay),
    finished_at = case when s.state <> 'waiting' then now() end
from unnest(:ids::uuid[], :numbers::smallint[], :states::text[], :errors::text[], :delays::float8[])
     as s (id, number, state, error, delay)
where l.id = s.id and l.state in ('waiting', 'sending') and (l.attempts = s.number or s.state = 'sent');

-- name: get_next_try()$
-- Seconds until a letter is due; null: none is waiting.
select extract(epoch from next_try_at - now())::float8 from letters
where state in ('waiting', 'sending') order by next_try_at limit 1;

-- name: set_apprise_url(viewer, sealed, at)!
insert into preferences (user_id, apprise_url, updated_at) values (:viewer::uuid, :sealed::bytea, :at::timestamptz)
on conflict (user_id) do update
set apprise_url = excluded.apprise_url, version = preferences.version + 1, updated_at = excluded.updated_at;

-- name: has_apprise_url(viewer)$
select true from preferences where user_id = :viewer::uuid and apprise_url is not null;

-- name: switch_email_off(user_id, at)!
insert into preferences (user_id, by_email, updated_at) select id, false, :at::timestamptz from users where id = :user_id::uuid
on conflict (user_id) do update set by_email = false, version = preferences.version + 1, updated_at = excluded.updated_at
where preferences.by_email is distinct from false;

-- name: drop_settled(before, limit)$
with old as (
    delete from letters where id in (select id from letters where state in ('sent', 'refused') and finished_at < :before::timestamptz
                                     order by id limit :limit::int for update skip locked)
    returning 1
)
select count(*) from old;
