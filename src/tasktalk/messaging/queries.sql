-- name: list_contacts(integration_ids, bsuids, wa_ids)
-- Everybody a batch of messages may be from, with the person they are linked to.
select c.id, c.integration_id, c.bsuid, c.wa_id, c.registration_answered_at, c.suspended_at is not null as suspended,
       u.id as user_id, u.name, u.role, u.language, u.timezone
from contacts c left join users u on u.id = c.user_id and u.disabled_at is null
where c.integration_id = any(:integration_ids::uuid[])
  and (c.bsuid = any(:bsuids::text[]) or c.wa_id = any(:wa_ids::text[]));

-- name: add_contact(id, integration_id, bsuid, wa_id)!
insert into contacts (id, integration_id, bsuid, wa_id) values (:id, :integration_id, :bsuid, :wa_id);

-- name: drop_wa_id(id)!
-- The number belongs to somebody else now; who has no other id is forgotten as a person to write to.
update contacts set wa_id = null, bsuid = coalesce(bsuid, 'gone:' || id) where id = :id;

-- name: take_over(id, other)!
-- The phone was mapped by hand before its owner was known by any other id: the link and the phone go to who they are.
with old as (
    update contacts
    set wa_id = null, bsuid = coalesce(bsuid, 'gone:' || id), user_id = null, suspended_at = null, suspended_why = null
    where id = :other returning id
)
update contacts c
set user_id = o.user_id, linked_at = o.linked_at, linked_by = o.linked_by, suspended_at = o.suspended_at,
    suspended_why = o.suspended_why
from contacts o, old where c.id = :id and o.id = old.id;

-- name: learn_ids(id, bsuid, wa_id)!
update contacts set bsuid = :bsuid, wa_id = :wa_id where id = :id;

-- name: see_contacts(ids, names, usernames, seen_ats, answered, messages)!
-- Last seen, profile and window of everybody who wrote; late arrivals never move a clock back. What could not reach them
-- till now waits again, but for what is being told this moment: whoever tells it has the last word, and a sweep follows.
with seen as (
    update contacts c
    set last_seen_at = greatest(c.last_seen_at, s.seen_at),
        window_until = greatest(c.window_until, s.seen_at + interval '24 hours'),
        profile_name = coalesce(nullif(s.name, ''), c.profile_name),
        username = coalesce(s.username, c.username),
        registration_answered_at = case when s.answered then now() else c.registration_answered_at end,
        messages = c.messages + s.messages
    from unnest(:ids::uuid[], :names::text[], :usernames::text[], :seen_ats::timestamptz[], :answered::bool[],
                :messages::int[])
         as s (id, name, username, seen_at, answered, messages)
    where c.id = s.id
    returning c.user_id
)
update notices set state = 'waiting', not_before = now(), why = null
where id = any(array(
    select n.id from notices n
    where n.state = 'held' and not starts_with(coalesce(n.why, ''), 'Restored from a backup')
      and n.user_id = any(array(select user_id from seen where user_id is not null))
    for update skip locked));

-- name: find_shown(contact_id, wamid)^
-- The tasks that a message of ours showed, in order.
select id, kind, task_ids from outbox where wamid = :wamid and contact_id = :contact_id;

-- name: add_messages(ids, integration_ids, contact_ids, kinds, ranks, messages, inbox_seqs, template_ids, shown)!
-- What waits for the same person already goes before them, so it becomes as urgent as they are.
with added as (
    insert into outbox (id, integration_id, contact_id, kind, rank, message, inbox_seq, template_id, task_ids)
    select m.id, m.integration_id, m.contact_id, m.kind, m.rank, m.message, m.inbox_seq, m.template_id, m.shown::uuid[]
    from unnest(:ids::uuid[], :integration_ids::uuid[], :contact_ids::uuid[], :kinds::text[], :ranks::smallint[],
                :messages::text[], :inbox_seqs::bigint[], :template_ids::uuid[], :shown::text[])
         as m (id, integration_id, contact_id, kind, rank, message, inbox_seq, template_id, shown)
    returning contact_id, rank
), urgent as (
    select contact_id, min(rank) as rank from added group by contact_id
)
update outbox o set rank = u.rank
from urgent u
where o.id = any(array(select yielding.id from outbox yielding join urgent on urgent.contact_id = yielding.contact_id
                       where yielding.state = 'waiting' and yielding.rank > 0 and yielding.rank > urgent.rank
                       for update of yielding skip locked))
  and o.contact_id = u.contact_id;

-- name: announce_messages()!
select pg_notify('outbox', '');

-- name: take_messages(integration_id, rows, held, favoured)
-- Mark the next messages `sending`, and open an attempt for each: replies before notices before digests, but first those
-- of the `favoured` rank and below, so that nothing starves. One a contact, the oldest that is due; none to those who are
-- `held` (one is on its way to them, or they must wait), nor while an earlier one is to be tried again within a minute, so
-- that a short retry keeps the order. Whoever waits longer, is doubtful or refused is overtaken, lest one bad message
-- silence a conversation; but not when the conversation was too fast (131056), for that holds for all that is said in it.
-- `earlier`: the error codes of the message's failed attempts, null where nobody answered.
with early as (  -- by an index that knows retries alone
    select contact_id, case error_code when 131056 then 0 else seq end as seq from outbox
    where integration_id = :integration_id and state = 'waiting' and next_try_at > '-infinity' and next_try_at > now()
      and (next_try_at < now() + interval '1 minute' or error_code = 131056)
), free as (
    (select seq, rank, contact_id from outbox o
     where integration_id = :integration_id and state = 'waiting' and next_try_at <= now()
       and contact_id <> all(:held::uuid[])
       and not exists (select from early e where e.contact_id = o.contact_id and e.seq < o.seq)
     order by rank, seq limit :rows)
    union all
    (select seq, rank, contact_id from outbox o
     where :favoured::smallint > 0 and rank >= :favoured::smallint
       and integration_id = :integration_id and state = 'waiting' and next_try_at <= now()
       and contact_id <> all(:held::uuid[])
       and not exists (select from early e where e.contact_id = o.contact_id and e.seq < o.seq)
     order by rank, seq limit :rows)
), heads as (
    select distinct on (contact_id) seq
    from (select seq, contact_id from free order by rank < :favoured::smallint, rank, seq limit :rows) as next
    order by contact_id, seq
), taken as (
    update outbox o set state = 'sending', attempts = attempts + 1, sending_at = now()
    from heads where o.seq = heads.seq
    returning o.seq, o.rank, o.id, o.contact_id, o.message, o.attempts, o.sending_at, o.created_at
), opened as (
    insert into attempts (outbox_id, number, started_at) select id, attempts, sending_at from taken
)
select t.seq, t.id, t.contact_id, t.message, t.attempts, c.bsuid, c.wa_id,
       extract(epoch from now() - t.created_at)::float8 as age_seconds,
       case when t.attempts = 1 then '{}'::int[]
            else array(select a.error_code from attempts a where a.outbox_id = t.id and a.outcome = 'retry') end as earlier
from taken t join contacts c on c.id = t.contact_id order by t.rank, t.seq;

-- name: list_debts(integration_id, a_message, most)
-- The seconds that each conversation owes Meta by what it may have got in the last hour; whatever it owed before that is
-- taken to have been the most. What was sent while nothing was owed begins a debt, and each message since adds to it.
with sent as (
    select contact_id, at, row_number() over (partition by contact_id order by at desc) as messages
    from (select o.contact_id, coalesce(a.finished_at, now()) as at
          from attempts a join outbox o on o.id = a.outbox_id
          where a.started_at > now() - interval '1 hour' and o.integration_id = :integration_id
            and (a.outcome is null or a.outcome <> 'retry')) as hour
), debts as (
    select contact_id, extract(epoch from greatest(
               max(at + make_interval(secs => messages * :a_message::float8)),
               now() - interval '1 hour' + make_interval(secs => :most::float8 + count(*) * :a_message::float8)
           ) - now())::float8 as seconds
    from sent group by contact_id
)
select contact_id, seconds from debts where seconds > 0;

-- name: record_attempts(ids, numbers, outcomes, http_statuses, codes, errors, wamids, delays)!
-- The answers of a batch of calls. A status may have settled the message already: then only the attempt is recorded. An
-- answer may come late, when another worker has taken over: that it was accepted still counts, all else is overtaken.
with answers as (
    select * from unnest(:ids::uuid[], :numbers::smallint[], :outcomes::text[], :http_statuses::int[], :codes::int[],
                         :errors::text[], :wamids::text[], :delays::float8[])
                  as a (id, number, outcome, http_status, code, error, wamid, delay)
), closed as (
    update attempts t
    set finished_at = now(), outcome = a.outcome, http_status = a.http_status, error_code = a.code, error = a.error
    from answers a where t.outbox_id = a.id and t.number = a.number
)
update outbox o
set state = case a.outcome when 'accepted' then 'accepted' when 'refused' then 'refused'
                           when 'unknown' then 'doubtful' else 'waiting' end,
    wamid = coalesce(o.wamid, a.wamid),
    error_code = a.code,
    error = a.error,
    next_try_at = now() + make_interval(secs => a.delay),
    finished_at = case when a.outcome in ('accepted', 'refused') then now() end
from answers a
where o.id = a.id
  and case a.outcome when 'accepted' then o.state in ('sending', 'doubtful', 'waiting')
                     else o.state in ('sending', 'doubtful') and o.attempts = a.number end;

-- name: doubt_unfinished(integration_id, seconds)
-- Whoever sent these is gone and the answer with them: wait for a status before sending again. A test message is whoever
-- tests's own to send; it is only given up, once nobody can be waiting for it.
update outbox
set state = case kind when 'test' then 'refused' else 'doubtful' end,
    next_try_at = now() + make_interval(secs => :seconds),
    finished_at = case kind when 'test' then now() end,
    error = case kind when 'test' then 'No answer came: it may have arrived.' else error end
where integration_id = :integration_id and state = 'sending'
  and (kind <> 'test' or sending_at < now() - interval '5 minutes')
returning id;

-- name: resend_doubtful(integration_id, resends)
-- No status came in time, and none that came in time is still unread: they never arrived. But when that is said again and
-- again of the same message, it is more likely that the statuses are lost, and that a phone gets it each time.
update outbox
set (state, next_try_at, finished_at, error) = (
    select case when given_up then 'refused' else 'waiting' end,
           '-infinity'::timestamptz,
           case when given_up then now() end,
           case when given_up then 'Given up: sent ' || doubts || ' times, and neither an answer nor a status came. '
                                   'It may have arrived.' else outbox.error end
    from (select count(*) as doubts, count(*) > :resends::int as given_up from attempts
          where outbox_id = outbox.id and coalesce(outcome, 'unknown') = 'unknown') as past
)
where integration_id = :integration_id and state = 'doubtful' and next_try_at <= now()
  and not exists (select 1 from inbox where state = 'waiting' and kind = 'status' and received_at <= outbox.next_try_at)
returning id, state;

-- name: get_next_try(integration_id)$
-- Seconds until something here falls due; null when nothing will. What is due already waits for a call in flight, or, if
-- it is doubtful, for statuses that are not read yet.
-- Each by an index of its own, whatever is waiting besides.
select extract(epoch from least(
    (select min(next_try_at) - now() from outbox
     where integration_id = :integration_id and state = 'waiting' and next_try_at > '-infinity' and next_try_at > now()),
    (select min(case when next_try_at > now() then next_try_at - now() else interval '0.2 seconds' end) from outbox
     where integration_id = :integration_id and state = 'doubtful')))::float8;

-- name: list_sent(ids, wamids)
-- The messages that statuses speak of, by our own id (it travels as opaque data) or by Meta's.
select id, wamid from outbox where id = any(:ids::uuid[]) or wamid = any(:wamids::text[]);

-- name: apply_statuses(ids, statuses, ats, wamids, codes, errors, pricings)!
-- Every status is kept; the message shows the furthest. A status proves that the message arrived, whatever we heard.
with ranks as (
    select array['sent', 'delivered', 'read', 'played', 'failed'] as ranked
), heard as (
    select s.*, coalesce(array_position(ranked, s.status), 0) as rank
    from ranks, unnest(:ids::uuid[], :statuses::text[], :ats::timestamptz[], :wamids::text[], :codes::int[],
                       :errors::text[], :pricings::text[]) as s (id, status, at, wamid, code, error, pricing)
), kept as (
    insert into statuses (outbox_id, status, at, error, pricing)
    select id, status, at, error, pricing from heard on conflict do nothing
), furthest as (
    select distinct on (id) * from heard order by id, rank desc, at desc
), locked as (
    select o.id, coalesce(array_position(ranked, o.status), 0) as rank
    from ranks, outbox o join furthest f on f.id = o.id order by o.id for update of o
)
update outbox o
set state = case when o.state = 'refused' then o.state else 'accepted' end,
    finished_at = coalesce(o.finished_at, now()),
    wamid = coalesce(o.wamid, f.wamid),
    status = case when f.rank > locked.rank then f.status else o.status end,
    error_code = case when f.rank > locked.rank then f.code else o.error_code end,
    error = case when f.rank > locked.rank then f.error else o.error end
from furthest f join locked on locked.id = f.id
where o.id = f.id;

-- name: open_finding(id, integration_id, kind, severity, detail)!
select open_finding(:id, :integration_id, :kind, :severity, :detail, now());

-- name: resolve_finding(integration_id, kind)!
update findings set resolved_at = now() where integration_id = :integration_id and kind = :kind and resolved_at is null;
