-- name: find_inbound(seq)^
select seq, kind, phone_number_id, payload, received_at, state, attempts, next_try_at, finished_at, error, note
from inbox where seq = :seq::bigint;

-- name: find_by_key(key)^
select seq, kind, phone_number_id, payload, received_at, state, attempts, next_try_at, finished_at, error, note
from inbox where key = :key::bytea;

-- name: list_writers(numbers, bsuids, wa_ids)
-- The contacts who may have written a page of messages.
select c.id, i.phone_number_id, c.bsuid, c.wa_id, c.profile_name, c.username, c.user_id, c.linked_at, u.name
from contacts c
join integrations i on i.id = c.integration_id
left join users u on u.id = c.user_id
where i.phone_number_id = any(:numbers::text[]) and (c.bsuid = any(:bsuids::text[]) or c.wa_id = any(:wa_ids::text[]));

-- name: find_outbound(seq)^
select o.seq, o.id, o.kind, o.message, o.inbox_seq, o.state, o.status, o.attempts, o.created_at, o.next_try_at,
       o.finished_at, o.wamid, o.error_code, o.error, o.integration_id, o.contact_id, s.delivered_at, s.read_at, s.failed_at,
       i.phone_number_id, c.bsuid, c.wa_id, c.profile_name, c.username, c.user_id, c.linked_at, u.name
from outbox o
join contacts c on c.id = o.contact_id
join integrations i on i.id = o.integration_id
left join users u on u.id = c.user_id
left join lateral (
    select min(at) filter (where status = 'delivered') as delivered_at,
           min(at) filter (where status in ('read', 'played')) as read_at,
           min(at) filter (where status = 'failed') as failed_at
    from statuses where outbox_id = o.id
) as s on true
where o.seq = :seq::bigint;

-- name: list_answers(inbox_seq, contacts)
select seq, kind, state, status, attempts, created_at, error_code
from outbox where contact_id = any(:contacts::uuid[]) and inbox_seq = :inbox_seq::bigint order by seq;

-- name: list_attempts(outbox_id)
select number, started_at, finished_at, outcome, http_status, error_code, error
from attempts where outbox_id = :outbox_id::uuid order by number;

-- name: list_statuses(outbox_id)
select status, at, error, pricing from statuses where outbox_id = :outbox_id::uuid
order by at, array_position(array['sent', 'delivered', 'read', 'played', 'failed'], status);

-- name: get_number(id)^
-- One of our numbers.
select id, phone_number_id from integrations where id = :id::uuid;

-- name: list_known(integration_id, contact_id, wa_id)
-- The contacts that are meant: by id, or by phone.
select c.id, i.phone_number_id, c.bsuid, c.wa_id
from contacts c join integrations i on i.id = c.integration_id
where c.integration_id = :integration_id::uuid and (c.id = :contact_id::uuid or c.wa_id = :wa_id::text);

-- name: list_received(phone_number_id, state, since, until, at, seq, limit)
-- What came before (at, seq), the newest first; `state` is `done` or null.
select seq, kind, phone_number_id, payload, received_at, state, attempts, next_try_at, finished_at, error, note
from inbox
where kind = 'message' and phone_number_id = :phone_number_id::text
  and received_at >= :since::timestamptz and received_at < :until::timestamptz
  and (received_at, seq) < (:at::timestamptz, :seq::bigint)
  and (:state::text is null or state = :state)
order by received_at desc, seq desc limit :limit::int;

-- name: list_said(lanes, state, since, until, at, seq, limit)
-- The same of these lanes alone.
select seq, kind, phone_number_id, payload, received_at, state, attempts, next_try_at, finished_at, error, note
from inbox
where kind = 'message' and lane = any(:lanes::text[])
  and received_at >= :since::timestamptz and received_at < :until::timestamptz
  and (received_at, seq) < (:at::timestamptz, :seq::bigint)
  and (:state::text is null or state = :state)
order by received_at desc, seq desc limit :limit::int;

-- name: list_stuck(phone_number_id, state, since, until, at, seq, limit)
-- The same of what is `waiting` or `dead`, which have indexes of their own and are few.
with stuck as materialized (
    select seq from inbox where state = 'waiting' and kind = 'message' and :state::text = 'waiting'
    union all
    select seq from inbox where state = 'dead' and kind = 'message' and :state::text = 'dead'
)
select i.seq, i.kind, i.phone_number_id, i.payload, i.received_at, i.state, i.attempts, i.next_try_at, i.finished_at,
       i.error, i.note
from stuck join inbox i on i.seq = stuck.seq
where i.phone_number_id = :phone_number_id::text
  and i.received_at >= :since::timestamptz and i.received_at < :until::timestamptz
  and (i.received_at, i.seq) < (:at::timestamptz, :seq::bigint)
order by i.received_at desc, i.seq desc limit :limit::int;

-- name: list_sent(integration_id, contacts, status, since, until, at, seq, limit)
-- What was written before (at, seq), the newest first, with when it was delivered and read.
with picked as materialized (
    select * from outbox
    where integration_id = :integration_id::uuid
      and created_at >= :since::timestamptz and created_at < :until::timestamptz
      and (created_at, seq) < (:at::timestamptz, :seq::bigint)
      and (:contacts::uuid[] is null or contact_id = any(:contacts::uuid[]))
      and (:status::text is distinct from 'failed' or state = 'refused' or status = 'failed')
      and (:status::text is null or :status = case
               when state = 'refused' or status = 'failed' then 'failed'
               when status in ('read', 'played') then 'read'
               when status = 'delivered' then 'delivered'
               when state = 'accepted' then 'sent'
               when state = 'waiting' then 'waiting'
               else 'sending' end)
    order by created_at desc, seq desc limit :limit::int
)
select o.seq, o.id, o.kind, o.message, o.inbox_seq, o.state, o.status, o.attempts, o.created_at, o.next_try_at,
       o.finished_at, o.wamid, o.error_code, o.error, o.contact_id, s.delivered_at, s.read_at, s.failed_at,
       i.phone_number_id, c.bsuid, c.wa_id, c.profile_name, c.username, c.user_id, c.linked_at, u.name
from picked o
join contacts c on c.id = o.contact_id
join integrations i on i.id = o.integration_id
left join users u on u.id = c.user_id
left join lateral (
    select min(at) filter (where status = 'delivered') as delivered_at,
           min(at) filter (where status in ('read', 'played')) as read_at,
           min(at) filter (where status = 'failed') as failed_at
    from statuses where outbox_id = o.id
) as s on true;

-- name: list_conversations(integration_id, at, id, limit)
-- One a contact, who wrote last first. `unanswered`: something of theirs waits, was given up, or had no reply since.
with page as materialized (
    select c.*, coalesce(c.last_seen_at, c.first_seen_at) as at
    from contacts c
    where c.integration_id = :integration_id::uuid and coalesce(c.bsuid, '') not like 'gone:%'
      and (coalesce(c.last_seen_at, c.first_seen_at), c.id) < (:at::timestamptz, :id::uuid)
    order by coalesce(c.last_seen_at, c.first_seen_at) desc, c.id desc limit :limit::int
), lanes as materialized (
    select p.id, 'c:' || i.phone_number_id || ':' || ids.identity as lane
    from page p join integrations i on i.id = p.integration_id
    cross join lateral (values (p.bsuid), (p.wa_id)) as ids (identity)
    where ids.identity is not null
), stuck as materialized (  -- two parts, for each has an index of its own
    select lane, received_at from inbox
    where state = 'waiting' and kind = 'message' and lane = any(array(select lane from lanes))
    union all
    select lane, received_at from inbox
    where state = 'dead' and kind = 'message' and lane = any(array(select lane from lanes))
), waiting as (
    select l.id, max(s.received_at) as received_at from lanes l join stuck s on s.lane = l.lane group by l.id
)
select p.id, p.at, i.phone_number_id, p.bsuid, p.wa_id, p.profile_name, p.username, p.user_id, p.window_until, p.messages,
       p.suspended_at, u.name, greatest(p.last_seen_at, w.received_at) as last_received_at, o.last_sent_at,
       coalesce(o.sent, 0) as sent, coalesce(o.failed, 0) as failed,
       w.received_at is not null
       or (p.last_seen_at is not null and (o.last_sent_at is null or o.last_sent_at < p.last_seen_at)) as unanswered
from page p
join integrations i on i.id = p.integration_id
left join users u on u.id = p.user_id
left join waiting w on w.id = p.id
left join lateral (
    select max(created_at) filter (where state <> 'refused') as last_sent_at,
           count(*) filter (where state = 'accepted') as sent,
           count(*) filter (where state = 'refused' or status = 'failed') as failed
    from outbox where contact_id = p.id
) as o on true
order by p.at desc, p.id desc;
