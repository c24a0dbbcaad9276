-- name: add_entry(id, actor_id, actor, action, subject, subject_id, integration_id, detail)!
insert into audit (id, actor_id, actor, action, subject, subject_id, integration_id, detail)
values (:id, :actor_id, :actor, :action, :subject, :subject_id, :integration_id, :detail);

-- name: list_entries(action, actor_id, subject, subject_id, integration_id, since, until, before, limit)
-- Newest first; null narrows nothing. `action` may be the beginning of it: "user" finds "user.changed".
select seq, id, at, actor_id, actor, action, subject, subject_id, integration_id, detail
from audit
where (:before::bigint is null or seq < :before)
  and (:action::text is null or action = :action or starts_with(action, :action || '.'))
  and (:actor_id::uuid is null or actor_id = :actor_id)
  and (:subject::text is null or subject = :subject)
  and (:subject_id::uuid is null or subject_id = :subject_id)
  and (:integration_id::uuid is null or integration_id = :integration_id)
  and (:since::timestamptz is null or at >= :since)
  and (:until::timestamptz is null or at < :until)
order by seq desc limit :limit;

-- name: read_chain()^
select place, hash, base_place, base_hash from audit_chain;

-- name: list_links(after, upto, limit)
-- In the order of the chain.
select place, id, at, hash, audit_content(audit) as content
from audit where place > :after and place <= :upto order by place limit :limit;

-- name: forget_audit(before, limit)$
select forget_audit(:before, :limit);
