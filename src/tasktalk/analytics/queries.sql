-- name: list_numbers()
-- All, the oldest first, those that are switched off too.
select id, name, currency from integrations order by id;

-- name: lock_counted()$
-- Up to when all is counted; whoever else counts waits.
select upto from traffic_counted for update;

-- name: get_counted()$
select upto from traffic_counted;

-- name: get_beginning()$
-- When the first message came or was written; null: there is none.
select least((select received_at from inbox order by seq limit 1), (select created_at from outbox order by seq limit 1));

-- name: count_quarters(since, until)$
-- Keep what happened in these quarters of an hour; how many messages.
with numbers as (
    select array_agg(id) as ids from integrations
), fresh as materialized (
    select f.* from numbers, traffic_between(numbers.ids, :since::timestamptz, :until::timestamptz) as f
), sums as (
    insert into traffic (integration_id, quarter, received, sent, delivered, read, refused, failed, replies, reply_ms,
                         slowest_ms)
    select integration_id, quarter, sum(received), sum(sent), sum(delivered), sum(read), sum(refused), sum(failed),
           sum(replies), sum(reply_ms), max(slowest_ms)
    from fresh group by integration_id, quarter
    on conflict (integration_id, quarter) do update
    set received = excluded.received, sent = excluded.sent, delivered = excluded.delivered, read = excluded.read,
        refused = excluded.refused, failed = excluded.failed, replies = excluded.replies, reply_ms = excluded.reply_ms,
        slowest_ms = excluded.slowest_ms
), people as (
    insert into traffic_people (integration_id, quarter, person, received)
    select integration_id, quarter, person, received from fresh where received > 0 or sent > 0
), people_days as (
    insert into traffic_people_days as d (integration_id, day, person, received)
    select integration_id, date_bin('1 day', quarter, '2000-01-01 00:00+00'), person, sum(received)
    from fresh where received > 0 or sent > 0 group by 1, 2, 3
    on conflict (integration_id, day, person) do update set received = d.received + excluded.received
), charged as materialized (
    select c.* from numbers, charges_between(numbers.ids, :since::timestamptz, :until::timestamptz) as c
), prices as (
    insert into charges select * from charged
), prices_days as (
    insert into charges_days as d (integration_id, day, person, pricing, messages)
    select integration_id, date_bin('1 day', quarter, '2000-01-01 00:00+00'), person, pricing, sum(messages)
    from charged group by 1, 2, 3, 4
    on conflict (integration_id, day, person, pricing) do update set messages = d.messages + excluded.messages
)
select coalesce(sum(received + sent), 0)::bigint from fresh;

-- name: count_writers(since, until)!
-- How many people wrote in each hour that ended in this time, from whichever quarter it began.
insert into traffic (integration_id, quarter, writers)
select p.integration_id, h.beginning, count(distinct p.person)
from traffic_people p
cross join lateral (select p.quarter - n * interval '15 minutes' from generate_series(0, 3) as n) as h (beginning)
where p.received > 0 and p.quarter >= :since::timestamptz - interval '1 hour' and p.quarter < :until::timestamptz
  and h.beginning > :since::timestamptz - interval '1 hour' and h.beginning <= :until::timestamptz - interval '1 hour'
group by p.integration_id, h.beginning
on conflict (integration_id, quarter) do update set writers = excluded.writers;

-- name: set_counted(upto)!
update traffic_counted set upto = :upto;

-- name: forget_traffic(before)!
with sums as (
    delete from traffic where quarter < :before::timestamptz
), people as (
    delete from traffic_people where quarter < :before::timestamptz
), people_days as (
    delete from traffic_people_days where day < :before::timestamptz
), prices_days as (
    delete from charges_days where day < :before::timestamptz
)
delete from charges where quarter < :before;

-- name: list_hours(ids, starts, upto, since, until)
-- Counted figures of each hour, by its place in `starts` (from 1); only those with any.
select width_bucket(quarter, :starts::timestamptz[]) as hour, sum(received)::bigint as received,
       sum(sent)::bigint as sent, sum(delivered)::bigint as delivered, sum(read)::bigint as read,
       sum(refused)::bigint as refused, sum(failed)::bigint as failed, sum(replies)::bigint as replies,
       sum(reply_ms)::bigint as reply_ms, max(slowest_ms) as slowest_ms
from traffic
where integration_id = any(:ids::uuid[])
  and quarter >= :since::timestamptz and quarter < least(:until::timestamptz, :upto::timestamptz)
group by 1;

-- name: list_fresh(ids, upto, since, until)
-- What is not counted yet, a quarter and person.
select * from traffic_between(:ids::uuid[], greatest(:since::timestamptz, :upto::timestamptz), :until::timestamptz);

-- name: list_dead(ids, starts, since, until)
-- Messages that were given up in each hour, and lie dead still.
select width_bucket(b.finished_at, :starts::timestamptz[]) as hour, count(*) as dead
from inbox b join integrations i on i.phone_number_id = b.phone_number_id
where b.state = 'dead' and b.kind = 'message' and i.id = any(:ids::uuid[])
  and b.finished_at >= :since::timestamptz and b.finished_at < :until::timestamptz
group by 1;

-- name: list_whole_writers(ids, hours)
-- People who wrote, of hours that are as long as hours are and have been counted.
select quarter as beginning, sum(writers)::bigint as writers
from traffic where integration_id = any(:ids::uuid[]) and quarter = any(:hours::timestamptz[]) and writers is not null
group by 1;

-- name: list_odd_writers(ids, starts, odd, upto, since, until, quarters, people)
-- The same of hours that are longer or shorter, or not counted yet; `odd`: their places in `starts`. `quarters` and
-- `people`: who wrote since.
with writers as (
    select quarter, person from traffic_people
    where integration_id = any(:ids::uuid[]) and received > 0
      and quarter >= :since::timestamptz and quarter < least(:until::timestamptz, :upto::timestamptz)
    union all
    select * from unnest(:quarters::timestamptz[], :people::uuid[])
), placed as (
    select width_bucket(quarter, :starts::timestamptz[]) as hour, person from writers
)
select hour, count(distinct person) as writers from placed where hour = any(:odd::int[]) group by 1;

-- name: count_people(ids, upto, since, until, first_day, last_day, people, received)^
-- Who wrote, and with whom there was any talk; `people` with how much they `received` are those since. From `first_day` to
-- `last_day` whole days are read, before and after that quarters.
select count(*) filter (where received > 0) as writers, count(*) as people
from (
    select person, sum(received) as received
    from (
        select person, received from traffic_people
        where integration_id = any(:ids::uuid[]) and quarter >= :since::timestamptz and quarter < :first_day::timestamptz
        union all
        select person, received from traffic_people_days
        where integration_id = any(:ids::uuid[]) and day >= :first_day::timestamptz and day < :last_day::timestamptz
        union all
        select person, received from traffic_people
        where integration_id = any(:ids::uuid[])
          and quarter >= :last_day::timestamptz and quarter < least(:until::timestamptz, :upto::timestamptz)
        union all
        select * from unnest(:people::uuid[], :received::int[])
    ) as quarters
    group by person
) as everybody;

-- name: list_charges(ids, upto, since, until, first_day, last_day, categories, prices, most)
-- Delivered messages a number and kind of price; then, without a number, of the `most` people who cost most. Whole days as in
-- `count_people`.
with sums as materialized (
    select integration_id, person, pricing, sum(messages)::bigint as messages
    from (
        select integration_id, person, pricing, messages from charges
        where integration_id = any(:ids::uuid[]) and quarter >= :since::timestamptz and quarter < :first_day::timestamptz
        union all
        select integration_id, person, pricing, messages from charges_days
        where integration_id = any(:ids::uuid[]) and day >= :first_day::timestamptz and day < :last_day::timestamptz
        union all
        select integration_id, person, pricing, messages from charges
        where integration_id = any(:ids::uuid[])
          and quarter >= :last_day::timestamptz and quarter < least(:until::timestamptz, :upto::timestamptz)
        union all
        select integration_id, person, pricing, messages
        from charges_between(:ids::uuid[], greatest(:since::timestamptz, :upto::timestamptz), :until::timestamptz)
    ) as quarters
    group by integration_id, person, pricing
), prices as (
    select * from unnest(:categories::text[], :prices::numeric[]) as p (category, price)
), dearest as (
    select s.person
    from sums s
    left join prices p on p.category = lower(split_part(s.pricing, '/', 1)) and split_part(s.pricing, '/', 2) not like 'free%'
    group by s.person
    order by coalesce(sum(s.messages * p.price), 0) desc, sum(s.messages) desc, s.person limit :most::int
)
select integration_id, null::uuid as person, pricing, sum(messages)::bigint as messages from sums group by 1, 3
union all
select null, s.person, s.pricing, s.messages from sums s join dearest d on d.person = s.person;

-- name: list_people(ids)
-- Contacts by id, with the person each is linked to.
select c.id, coalesce(u.name, nullif(c.profile_name, ''), '@' || c.username) as name, c.user_id
from contacts c left join users u on u.id = c.user_id
where c.id = any(:ids::uuid[]);

-- name: list_number_sums(ids, upto, since, until)
-- Counted figures of each number.
select integration_id, sum(received)::bigint as received, sum(sent)::bigint as sent, sum(failed)::bigint as failed
from traffic
where integration_id = any(:ids::uuid[])
  and quarter >= :since::timestamptz and quarter < least(:until::timestamptz, :upto::timestamptz)
group by 1;

-- name: count_outbox()$
select count(*) from outbox where state = 'waiting';
