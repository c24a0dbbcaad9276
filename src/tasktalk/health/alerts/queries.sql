-- name: read_state()^
-- What the rules look at beside the queue's figures. `stopped`: a number's own finding tells already why it does not send.
select exists (select from findings where kind = 'sender_stopped' and resolved_at is null) as stopped,
       extract(epoch from now() - (select min(created_at) from users))::float8 as age_seconds,
       (select count(*)::int from audit
        where action in ('security.violation', 'phone.codes_refused') and at > now() - interval '1 hour') as violations;

-- name: lock_marks()
select rule, bad_since, well_since from alert_rules order by rule for update;

-- name: keep_marks(rules, figures, bads, wells, now)!
insert into alert_rules (rule, value, bad_since, well_since, looked_at)
select m.rule, m.value, m.bad_since, m.well_since, :now::timestamptz
from unnest(:rules::text[], :figures::float8[], :bads::timestamptz[], :wells::timestamptz[])
     as m (rule, value, bad_since, well_since)
order by m.rule
on conflict (rule) do update
set value = excluded.value, bad_since = excluded.bad_since, well_since = excluded.well_since, looked_at = excluded.looked_at;

-- name: list_marks()
select rule, value, bad_since, looked_at from alert_rules;

-- name: list_own()
-- The rules whose alert is open.
select kind from findings where integration_id is null and resolved_at is null;

-- name: wake_snoozed(now)
-- What is still wrong when its snooze ends is told again.
update findings set snoozed_until = null, told_at = null, told_from = :now::timestamptz
where snoozed_until <= :now::timestamptz and resolved_at is null
returning id;

-- name: list_alerts(is_open, after, limit)
-- Of the installation and of every number, newest first.
select f.id, f.kind, f.severity, f.detail, f.integration_id, i.name as number, f.found_at, f.told_at, f.seen_at,
       f.snoozed_until, f.resolved_at
from findings f left join integrations i on i.id = f.integration_id
where (f.resolved_at is null) = :is_open::bool and (:after::uuid is null or f.id < :after::uuid)
order by f.id desc limit :limit::int;

-- name: snooze(id, until)^
update findings set snoozed_until = :until::timestamptz
where id = :id::uuid and resolved_at is null returning kind, integration_id;

-- name: count_open()
select kind, severity, count(*)::int as alerts from findings where resolved_at is null group by kind, severity;

-- name: announce()!
select pg_notify('queue', '');
