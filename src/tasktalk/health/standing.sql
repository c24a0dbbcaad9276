-- name: read_outbox()
-- What waits to be sent or is on its way, by state.
select state, count(*)::int as messages, extract(epoch from now() - min(created_at))::float8 as oldest_seconds
from (select state, created_at from outbox where state = 'waiting'  -- two parts, for each has an index of its own
      union all
      select state, created_at from outbox where state in ('sending', 'doubtful')) as left_over
group by state;

-- name: read_numbers()
-- What Meta says of each number in use.
select id::text, number ->> 'quality' as quality, (token ->> 'expires_at')::timestamptz as expires_at
from integrations where disabled_at is null order by id;
