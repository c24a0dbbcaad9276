-- name: insert_webhook(id, owner_id, name, url, events, secret, at)!
insert into webhooks (id, owner_id, name, url, events, secret, created_at, updated_at)
values (:id, :owner_id, :name, :url, :events, :secret, :at, :at);

-- name: count_webhooks(owner_id)$
-- Locks the person, so that two requests do not each make the last one.
select (select count(*) from webhooks where owner_id = u.id) from users u where u.id = :owner_id for update;

-- name: list_webhooks(owner_id)
select * from webhooks where owner_id = :owner_id order by id;

-- name: find_webhook(id, owner_id)^
select * from webhooks where id = :id and owner_id = :owner_id;

-- name: lock_webhook(id, owner_id)^
select * from webhooks where id = :id and owner_id = :owner_id for no key update;

-- name: change_webhook(id, name, url, events, is_on, at)!
-- Switched on again it is well until it fails.
update webhooks set name = :name, url = :url, events = :events, is_on = :is_on, off_why = null,
    failing_since = case when is_on or not :is_on::bool then failing_since end, version = version + 1, updated_at = :at
where id = :id;

-- name: rotate_secret(id, secret, old_until, at)!
update webhooks set old_secret = secret, old_until = :old_until, secret = :secret, version = version + 1, updated_at = :at
where id = :id;

-- name: delete_webhook(id)!
delete from webhooks where id = :id;

-- name: take_happenings(rows)
-- The oldest, once: what is rolled back is there again.
delete from happenings where seq = any(array(
    select seq from happenings order by seq limit :rows::int for update skip locked))
returning seq, at, source, ref, event;

-- name: list_pairs(seqs, events)
-- Which webhooks may have to be told of which rows of the journal: those that ask for the event, of people who may see the
-- task where it lies now. `read_tasks` decides.
with news as (
    select j.seq, j.task_id, n.event from unnest(:seqs::bigint[], :events::text[]) as n (seq, event) join journal j on j.seq = n.seq
)
select n.seq, n.task_id, w.id, w.owner_id
from news n
join tasks t on t.id = n.task_id
join webhooks w on w.is_on and w.events @> array[n.event]
where case when t.project_id is null then w.owner_id = t.owner_id
           else exists (select from project_members m where m.project_id = t.project_id and m.user_id = w.owner_id) end
order by n.seq, w.id;

-- name: list_viewers(ids)
select id as user_id, name, role, language, timezone from users where id = any(:ids::uuid[]) and disabled_at is null;

-- name: read_journal(seqs)
select j.seq, j.at, j.task_id, j.verb, j.before, j.after, j.channel, u.id as actor_id, u.name as actor
from journal j left join users u on u.id = j.actor_id where j.seq = any(:seqs::bigint[]) order by j.seq;

-- name: list_admins_hooks(events, factor)
-- `factor`: who lacks the second one is no administrator.
select w.id, w.events from webhooks w join users u on u.id = w.owner_id
where w.is_on and w.events && :events::text[] and u.disabled_at is null and u.role in ('owner', 'admin')
  and (u.totp_since is not null or not :factor::bool) order by w.id;

-- name: read_received(seqs)
select m.seq, m.received_at as at, m.payload, i.id as integration_id, i.phone_number_id
from inbox m join integrations i on i.phone_number_id = m.phone_number_id where m.seq = any(:seqs::bigint[]);

-- name: find_writer(integration_id, bsuid, wa_id)^
select c.id, u.id as user_id, u.name from contacts c left join users u on u.id = c.user_id
where c.integration_id = :integration_id and (c.bsuid = :bsuid::text or c.wa_id = :wa_id::text)
order by c.bsuid = :bsuid::text desc nulls last limit 1;

-- name: read_sent(seqs)
select o.seq, o.integration_id, o.kind, o.message, o.contact_id, o.error_code, o.error,
       u.id as user_id, u.name
from outbox o join contacts c on c.id = o.contact_id left join users u on u.id = c.user_id
where o.seq = any(:seqs::bigint[]);

-- name: read_audit(seqs)
select a.seq, a.id, a.at, a.action, a.subject, a.subject_id, a.integration_id, a.detail, a.actor_id, a.actor,
       i.name as number_name, i.display_phone_number, p.id as person_id, p.name as person
from audit a
left join integrations i on i.id = a.integration_id
left join users p on a.action = 'phone.linked' and p.id = (a.detail ->> 'user_id')::uuid
where a.seq = any(:seqs::bigint[]);

-- name: add_deliveries(ids, webhook_ids, events, task_ids, bodies, at)!
insert into webhook_deliveries (id, webhook_id, event, task_id, body, created_at, next_try_at)
select d.* , :at::timestamptz, :at::timestamptz
from unnest(:ids::uuid[], :webhook_ids::uuid[], :events::text[], :task_ids::uuid[], :bodies::text[]) as d;

-- name: announce()!
select pg_notify('webhooks', '');

-- name: take_lanes(rows, busy, seconds, at)
-- Webhooks with something due, for those seconds; each is one lane, so that its deliveries leave in their order.
with due as (
    select w.id from webhooks w
    where w.is_on and w.held_until <= :at::timestamptz and w.id <> all(:busy::uuid[])
      and exists (select from webhook_deliveries d
                  where d.webhook_id = w.id and d.state = 'waiting' and d.next_try_at <= :at::timestamptz)
    order by w.held_until limit :rows::int for update skip locked
)
update webhooks w set held_until = :at::timestamptz + make_interval(secs => :seconds::float8)
from due where w.id = due.id returning w.id;

-- name: take_delivery(webhook_id, seconds, at)^
-- The oldest that is due, and the lane for those seconds more. Killed meanwhile, it is due when they are over.
with held as (
    update webhooks set held_until = :at::timestamptz + make_interval(secs => :seconds::float8)
    where id = :webhook_id::uuid and is_on returning *
), taken as (
    update webhook_deliveries d
    set attempts = d.attempts + 1, tries = d.tries + 1,
        next_try_at = :at::timestamptz + make_interval(secs => :seconds::float8)
    from held
    where d.seq = (select n.seq from webhook_deliveries n
                   where n.webhook_id = :webhook_id::uuid and n.state = 'waiting' and n.next_try_at <= :at::timestamptz
                   order by n.seq limit 1 for update skip locked)
    returning d.*
)
select t.seq, t.id, t.event, t.task_id, t.body, t.attempts, t.tries, t.created_at,
       h.id as webhook_id, h.url, h.name, h.secret, case when h.old_until > :at::timestamptz then h.old_secret end as old_secret,
       h.owner_id, h.failing_since
from taken t, held h;

-- name: free_lane(webhook_id, at)!
-- Whoever had its turn longest ago is next.
update webhooks set held_until = :at where id = :webhook_id;

-- name: settle(id, number, state, why, delay, empty, at)$
-- Nothing when another worker has it by now.
update webhook_deliveries
set state = :state::text, why = :why::text, body = case when :empty::bool then '' else body end,
    next_try_at = :at::timestamptz + make_interval(secs => :delay::float8),
    finished_at = case when :state::text <> 'waiting' then :at::timestamptz end
where id = :id::uuid and attempts = :number::int and state = 'waiting' returning id;

-- name: add_attempt(id, number, at, ms, status, answer, error)!
insert into webhook_attempts (delivery_id, number, at, ms, status, answer, error)
select :id::uuid, :number::int, :at::timestamptz, :ms::int, :status::int, :answer::text, :error::text
where exists (select from webhook_deliveries where id = :id::uuid)
on conflict do nothing;

-- name: note_health(webhook_id, failed, at)!
update webhooks set failing_since = case when :failed::bool then coalesce(failing_since, :at::timestamptz) end
where id = :webhook_id and (failing_since is null) = :failed::bool;

-- name: switch_off(webhook_id, why, at)$
update webhooks set is_on = false, off_why = :why, version = version + 1, updated_at = :at
where id = :webhook_id and is_on returning owner_id;

-- name: seconds_to_next(at)$
-- Until something is due; null: nothing waits. A lane that is held is looked at when it is free.
select least(
    (select 0::float8 from happenings limit 1),
    (select extract(epoch from min(greatest(d.next_try_at, w.held_until)) - :at::timestamptz)::float8
     from webhooks w
     cross join lateral (select next_try_at from webhook_deliveries
                         where webhook_id = w.id and state = 'waiting' order by next_try_at limit 1) d
     where w.is_on));

-- name: list_deliveries(webhook_id, state, event, since, until, before, limit)
select d.seq, d.id, d.event, d.state, d.attempts, d.created_at, d.next_try_at, d.finished_at, d.why, a.status, a.ms, a.error
from webhook_deliveries d
left join webhook_attempts a on a.delivery_id = d.id and a.number = d.attempts
where d.webhook_id = :webhook_id
  and (:state::text is null or d.state = :state) and (:event::text is null or d.event = :event)
  and (:since::timestamptz is null or d.created_at >= :since) and (:until::timestamptz is null or d.created_at < :until)
  and (:before::bigint is null or d.seq < :before)
order by d.seq desc limit :limit::int;

-- name: find_delivery(webhook_id, id)^
select d.seq, d.id, d.event, d.state, d.attempts, d.created_at, d.next_try_at, d.finished_at, d.why, d.body, d.task_id,
       a.status, a.ms, a.error
from webhook_deliveries d
left join webhook_attempts a on a.delivery_id = d.id and a.number = d.attempts
where d.webhook_id = :webhook_id and d.id = :id;

-- name: list_attempts(id)
select number, at, ms, status, answer, error from webhook_attempts where delivery_id = :id order by number;

-- name: replay(webhook_id, ids, states, since, until, limit, at)$
-- Again from the start of the schedule, under the same webhook-id.
with again as (
    update webhook_deliveries d
    set state = 'waiting', tries = 0, next_try_at = :at::timestamptz, finished_at = null, why = null
    where d.seq = any(array(
        select seq from webhook_deliveries
        where webhook_id = :webhook_id and body <> ''
          and (:ids::uuid[] is null or id = any(:ids)) and state = any(:states::text[])
          and (:since::timestamptz is null or created_at >= :since) and (:until::timestamptz is null or created_at < :until)
        order by seq limit :limit::int for update skip locked))
    returning 1
)
select count(*) from again;

-- name: forget_deliveries(before, limit)$
with old as (
    delete from webhook_deliveries where seq = any(array(
        select seq from webhook_deliveries where finished_at < :before::timestamptz
        order by finished_at limit :limit::int for update skip locked))
    returning 1
)
select count(*) from old;

-- name: give_up_waiting(before, why, at)!
-- What waits for a webhook that nobody switched on again.
update webhook_deliveries d set state = 'dropped', why = :why, finished_at = :at::timestamptz
from webhooks w
where w.id = d.webhook_id and not w.is_on and d.state = 'waiting' and d.created_at < :before::timestamptz;

-- name: empty_bodies(since, most, why, at)!
-- Of whoever was told something since then, no more than so many bytes of bodies are kept over all their webhooks: the
-- oldest that are over lose theirs first; where what waits is more than that alone, its oldest is dropped.
with busy as (
    select w.id, w.owner_id from webhooks w
    where w.owner_id in (
        select b.owner_id from webhooks b
        where (select d.created_at from webhook_deliveries d where d.webhook_id = b.id order by d.seq desc limit 1)
              >= :since::timestamptz)
), sized as (
    select d.seq, sum(pg_column_size(d.body)) over (partition by b.owner_id
                                                    order by d.state = 'waiting' desc, d.seq desc) as bytes
    from busy b join webhook_deliveries d on d.webhook_id = b.id where d.body <> ''
)
update webhook_deliveries
set body = '', why = case when state = 'waiting' then :why::text else why end,
    finished_at = coalesce(finished_at, :at::timestamptz), state = case when state = 'waiting' then 'dropped' else state end
where seq = any(array(
    select d.seq from webhook_deliveries d join sized s on s.seq = d.seq
    where s.bytes > :most::bigint order by d.seq for update of d skip locked));

-- name: shorten_logs(most)!
-- No more than so many deliveries a webhook, but for what waits.
delete from webhook_deliveries where seq = any(array(
    select d.seq from webhooks w
    cross join lateral (select seq from webhook_deliveries
                        where webhook_id = w.id order by seq desc offset :most::int limit 1) as last
    join webhook_deliveries d on d.webhook_id = w.id and d.seq <= last.seq and d.state <> 'waiting'
    order by d.seq limit 10000 for update of d skip locked));
