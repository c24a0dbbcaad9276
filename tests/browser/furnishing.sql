-- Whoever signs in by a password has an address.
update users set email = 'olivia@example.org', name = 'Olivia' where role = 'owner';

-- A month before the first message of the run: busy by day, quiet by night and on Sundays.
insert into traffic (integration_id, quarter, received, sent, delivered, read, failed, replies, reply_ms, slowest_ms, writers)
select i.id, q.at, n.some, n.some + n.some / 6, n.some + n.some / 7, n.some - n.some / 9, (q.n % 9 = 0)::int, n.some, n.some * (900 + 30 * q.n % 400),
       2200 + 90 * (q.n % 23), case when extract(minute from q.at) = 0 then n.some / 2 end
from (select id from integrations order by id limit 1) i
cross join (
    select date_bin('15 min', now(), '2000-01-01Z') - n * interval '15 min' as at, n::int from generate_series(2, 2880) n) q
cross join lateral (
    select greatest(0, (8 * sin(pi() * (extract(hour from q.at) - 6) / 16.0)
                        * case extract(isodow from q.at) when 7 then 0.4 when 6 then 0.7 else 1 end
                        + (q.n * 7919 % 5) - 2)::int) as some) n
where n.some > 0
on conflict do nothing;
insert into traffic_people_days (integration_id, day, person, received)
select i.id, date_bin('1 day', now(), '2000-01-01Z') - d * interval '1 day', md5('person' || p)::uuid, 1 + p % 7
from (select id from integrations order by id limit 1) i
cross join generate_series(1, 29) d cross join generate_series(1, 40) p where (d * p) % 3 <> 1;
insert into charges_days (integration_id, day, person, pricing, messages)
select integration_id, day, person, 'utility/regular', 1 from traffic_people_days where person::text < '6';
update traffic_counted set upto = date_bin('15 min', now(), '2000-01-01Z') - interval '15 min';

-- One that was given up, one that WhatsApp refused, what is open because of it, and what is over.
insert into inbox (key, lane, kind, phone_number_id, payload, received_at, state, attempts, finished_at, error)
select sha256('furnished'), 'furnished', 'change', phone_number_id,
       '{"field":"message_template_quality_update","value":{"message_template_name":"due_soon"}}',
       now() - interval '50 minutes', 'dead', 12, now() - interval '9 minutes', 'ConnectionResetError: the database went away'
from integrations order by id limit 1;
insert into outbox (id, integration_id, contact_id, kind, message, state, attempts, created_at, finished_at, error_code, error)
select uuidv7(), integration_id, id, 'notice', '{"type":"text","text":{"body":"Dentist is due at 14:30."}}', 'refused', 1,
       now() - interval '2 hours', now() - interval '2 hours', 131047, 'Re-engagement message'
from contacts where user_id is not null order by id limit 1;
insert into findings (id, integration_id, kind, severity, detail, found_at, seen_at, told_at, resolved_at)
values (uuidv7(), null, 'dead_letters', 'warning',
        '{"message": "1 item was given up after errors.", "what_to_do": "Look at them under Workers: mend the cause, then retry them, or discard them."}',
        now() - interval '9 minutes', now(), now(), null),
       (uuidv7(), null, 'queue_age', 'critical',
        '{"message": "312 items wait, the oldest for 95 s. It is not handled fast enough, or errors hold it back."}',
        now() - interval '3 days', now() - interval '3 days', now() - interval '3 days', now() - interval '71 hours')
on conflict do nothing;
update alert_rules set value = 1, bad_since = now() - interval '9 minutes', well_since = null where rule = 'dead_letters';
insert into backups (id, kind, state, at, finished_at, file, bytes, seconds, rows, files)
values (uuidv7(), 'nightly', 'ok', now() - interval '7 hours', now() - interval '7 hours', 'tasktalk-nightly.tar.zst', 18400000, 6.2, 51200, 84);
