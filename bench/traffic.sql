-- A month of one number: half of the messages came in, half went out, nine of ten of these were delivered and read.
insert into contacts (id, integration_id, bsuid, wa_id, profile_name, first_seen_at, last_seen_at, messages)
select gen_random_uuid(), i.id, 'GB.bench' || n, (449000000000 + n)::text, 'Person ' || n, now() - interval '40 days', now(), 1
from generate_series(1, current_setting('bench.people')::int) n, (select id from integrations order by id limit 1) i;

create temporary table bench_people as
select row_number() over (order by bsuid) - 1 as n, id, integration_id, bsuid from contacts where bsuid like 'GB.bench%';
create index on bench_people (n);

insert into inbox (key, lane, kind, phone_number_id, payload, received_at, state, finished_at)
select sha256(('bench' || s)::bytea), 'c:' || i.phone_number_id || ':' || p.bsuid, 'message', i.phone_number_id,
       '{"field":"messages","metadata":{},"contact":null,"message":{"type":"text","id":"wamid.in' || s || '","from_user_id":"'
           || p.bsuid || '","text":{"body":"buy milk ' || s || '"}}}',
       at, 'done', at + interval '40 ms'
from (select s, now() - interval '30 days' * (1 - s::float8 / (current_setting('bench.messages')::int / 2)) as at
      from generate_series(1, current_setting('bench.messages')::int / 2) s) as each
join bench_people p on p.n = (s * 7919::bigint) % current_setting('bench.people')::int
join integrations i on i.id = p.integration_id
order by s;

insert into outbox (id, integration_id, contact_id, kind, message, inbox_seq, state, attempts, created_at, finished_at, wamid,
                    status)
select gen_random_uuid(), p.integration_id, p.id, 'reply', '{"type":"text","text":{"body":"Added buy milk"}}', b.seq,
       case when b.seq % 50 = 0 then 'refused' else 'accepted' end, 1, b.finished_at, b.finished_at + interval '120 ms',
       case when b.seq % 50 <> 0 then 'wamid.bench' || b.seq end, case when b.seq % 50 <> 0 and b.seq % 10 <> 1 then 'read' end
from inbox b join bench_people p on p.bsuid = split_part(b.lane, ':', 3)
where b.kind = 'message' and b.lane like 'c:%:GB.bench%'
order by b.seq;

insert into statuses (outbox_id, status, at, heard_at, pricing)
select o.id, word, o.finished_at, o.finished_at + lag, case word when 'delivered' then 'service/regular' end
from outbox o
cross join (values ('delivered', interval '1 second'), ('read', interval '1 minute')) as heard (word, lag)
where o.status = 'read';

-- Nothing of it is counted yet.
update traffic_counted set upto = '2000-01-01Z';

vacuum analyze inbox;
vacuum analyze outbox;
vacuum analyze statuses;
vacuum analyze contacts;
