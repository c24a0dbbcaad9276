-- name: find_inbound(seq)^
select seq, kind, phone_number_id, payload, received_at, state, attempts, next_try_at, finished_at, error, note
from inbox where seq = :seq::bigint;

-- name: list_writers(numbers, bsuids, wa_ids)
-- The contacts who may have written a page of messages.
select c.id, i.phone_number_id, c.bsuid, c.wa_id, c.profile_name, c.username, c.user_id, c.linked_at, u.name
from contacts c
join integrations i on i.id = c.integration_id
left join users u on u.id = c.user_id
where i.phone_number_id = any(:numbers::text[]) and (c.bsuid = any(:bsuids::text[]) or c.wa_id = any(:wa_ids::text[]));

-- name: find_outbound(seq)^
select o.seq, o.id, o.kind, o.message, o.inbox_seq, o.state, o.status, o.attempts, o.created_at, o.next_try_at,
       o.finished_at, o.wamid, o.error_code, o.error,
       i.phone_number_id, c.bsuid, c.wa_id, c.profile_name, c.username, c.user_id, c.linked_at, u.name
from outbox o
join contacts c on c.id = o.contact_id
join integrations i on i.id = o.integration_id
left join users u on u.id = c.user_id
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
