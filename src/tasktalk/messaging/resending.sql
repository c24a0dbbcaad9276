-- name: lock(seq)$
-- Of two who ask at once, the second sees what the first did.
select seq from outbox where seq = :seq::bigint for no key update;

-- name: find_failed(seq)^
-- `failed`: it is known to have. `doubtful`: some attempt had no answer, and it was not the one whose failure was told.
-- `goes_on`: it carries notices that are told, or to be told, in another way.
select o.id, o.integration_id, o.contact_id, o.kind, o.message, o.inbox_seq, o.task_ids, o.rank, o.template_id,
       coalesce(o.status = 'failed', false) or o.state = 'refused' as failed,
       t.unanswered > case when o.status = 'failed' and t.attempts = 1 then 1 else 0 end
       or exists (select from statuses s where s.outbox_id = o.id and s.status in ('delivered', 'read', 'played'))
       or (o.status is distinct from 'failed'
           and exists (select from statuses s where s.outbox_id = o.id and s.status = 'sent')) as doubtful,
       exists (select from notice_tries n join notices w on w.id = n.notice_id
               where n.outbox_id = o.id and w.state <> 'dropped') as goes_on,
       i.disabled_at is not null as switched_off,
       coalesce(c.bsuid like 'gone:%', false) or c.suspended_at is not null as gone,
       c.window_until, again.seq as resent_as, before.seq as resent_of
from outbox o
join integrations i on i.id = o.integration_id
join contacts c on c.id = o.contact_id
left join outbox again on again.resend_of = o.id
left join outbox before on before.id = o.resend_of
cross join lateral (
    select count(*) as attempts, count(*) filter (where coalesce(outcome, 'unknown') = 'unknown') as unanswered
    from attempts a where a.outbox_id = o.id) as t
where o.seq = :seq::bigint;

-- name: link(id, resend_of)$
update outbox set resend_of = :resend_of::uuid where id = :id::uuid returning seq;
