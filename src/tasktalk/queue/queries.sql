-- name: lock_lanes(rows)^
-- The lanes of the oldest waiting rows that no other worker holds; locked until the transaction ends. It looks further
-- than it takes, for what stands in front may be in other workers' hands. `last` bounds the search for their rows. A
-- paused queue is handled up to nowhere, a draining one up to what had come when that was ordered. A lane whose message
-- was set aside waits for it; one that only waits for more of the same is freed by what comes.
with oldest as materialized (
    select lane, min(seq) as first, max(seq) as last
    from (select lane, seq from inbox
          where state = 'waiting' and next_try_at <= now()
            and lane <> all(array(select lane from inbox
                                  where state = 'waiting' and needs <> 'more' and next_try_at > now()))
            and seq <= (select case state when 'active' then 9223372036854775807 when 'draining' then drain_to else 0 end
                        from queue_control where queue = 'inbox')
          order by seq limit :rows * 8) as waiting
    group by lane order by first
), locked as (
    select lane, last from oldest where pg_try_advisory_xact_lock(7, hashtext(lane)) limit :rows
)
select array_agg(lane) as lanes, max(last) as last from locked;

-- name: list_waiting(lanes, last, rows)
-- A statement of its own: its snapshot is taken after the locks, so it sees what their last holder committed, or set aside.
select seq, kind, lane, phone_number_id, payload, attempts, received_at, needs, prepared
from inbox
where state = 'waiting' and seq <= :last and (next_try_at <= now() or needs = 'more') and lane = any(:lanes::text[])
  and lane <> all(array(select lane from inbox where state = 'waiting' and needs <> 'more' and next_try_at > now()))
order by seq
limit :rows;

-- name: lock_row(seq)^
-- One row by itself, if its lane is free and nothing due stands before it. `for update` reads the row again after the
-- lock: its last holder may have finished it since this statement's snapshot.
select seq, kind, lane, phone_number_id, payload, attempts, received_at, needs, prepared
from inbox
where seq = :seq and state = 'waiting' and pg_try_advisory_xact_lock(7, hashtext(lane))
  and not exists (select 1 from inbox before
                  where before.lane = inbox.lane and before.seq < inbox.seq
                    and before.state = 'waiting' and (before.next_try_at <= now() or before.needs is not null))
for update;

-- name: set_aside(seqs, needs, seconds, carried)!
-- These need something first; their lanes wait for it, but not for ever. `carried` goes with them.
with aside as (
    update inbox
    set needs = a.needs, next_try_at = now() + make_interval(secs => a.seconds),
        prepared = coalesce(inbox.prepared, '{}') || a.carried::jsonb, token = null, taken_until = null
    from unnest(:seqs::bigint[], :needs::text[], :seconds::float8[], :carried::text[]) as a (seq, needs, seconds, carried)
    where inbox.seq = a.seq
)
select pg_notify('inbox', '');

-- name: take_needs(needs, rows, token, seconds)
-- What is set aside and in nobody's hands, or in those of somebody who is gone: ours for so many seconds.
with free as (
    select seq from inbox
    where state = 'waiting' and needs = any(:needs::text[]) and next_try_at > now() and coalesce(taken_until <= now(), true)
    order by seq limit :rows for update skip locked
)
update inbox set token = :token::uuid, taken_until = now() + make_interval(secs => :seconds)
from free where inbox.seq = free.seq
returning inbox.seq, kind, lane, phone_number_id, payload, attempts, received_at, needs, prepared,
          extract(epoch from next_try_at - now())::float8 as seconds_left;

-- name: hold_need(seq, token, seconds)$
-- Still at it; false: it is ours no more.
with held as (
    update inbox set taken_until = now() + make_interval(secs => :seconds)
    where seq = :seq and token = :token::uuid and state = 'waiting' and needs is not null and next_try_at > now()
    returning 1
)
select exists (select 1 from held);

-- name: meet_need(seq, token, made)$
-- What it needed is there, and it is next in its lane; false: too late, it was handled without.
with met as (
    update inbox
    set prepared = coalesce(prepared, '{}') || :made::jsonb, needs = null, token = null, next_try_at = '-infinity'
    where seq = :seq and token = :token::uuid and state = 'waiting' and needs is not null
    returning 1
), told as (select pg_notify('inbox', '') from met)
select exists (select 1 from met) and (select count(*) >= 0 from told);

-- name: finish(seqs, notes, worker, busy_ms)!
with finished as (
    update inbox
    set state = 'done', finished_at = now(), error = null, needs = null, prepared = null, note = handled.note
    from unnest(:seqs::bigint[], :notes::text[]) as handled (seq, note)
    where inbox.seq = handled.seq
    returning 1
)
insert into queue_totals (queue, worker, completed, busy_ms)
select 'inbox', :worker::uuid, count(*), :busy_ms::bigint from finished
on conflict (queue, worker) do update
set completed = queue_totals.completed + excluded.completed, busy_ms = queue_totals.busy_ms + excluded.busy_ms;

-- name: fail(seq, error, max_attempts, retry_seconds)^
-- One attempt more: waits, four times as long each time, or lies dead until somebody looks.
update inbox
set attempts = attempts + 1,
    error = :error,
    state = case when attempts + 1 >= :max_attempts::int then 'dead' else 'waiting' end,
    finished_at = case when attempts + 1 >= :max_attempts::int then now() end,
    next_try_at = now() + make_interval(secs => least(3600, :retry_seconds::float8 * power(4, attempts)))
where seq = :seq and state = 'waiting'
returning attempts, state;

-- name: fold_totals()!
-- Merge the totals of all workers into one row. Who is still at work begins another; what is being counted just now stays.
with known as (
    select queue, worker from queue_totals where worker <> '00000000-0000-0000-0000-000000000000' for update skip locked
), folded as (
    delete from queue_totals t using known k where t.queue = k.queue and t.worker = k.worker
    returning t.queue, t.completed, t.busy_ms
)
insert into queue_totals (queue, worker, completed, busy_ms)
select queue, '00000000-0000-0000-0000-000000000000', sum(completed), sum(busy_ms) from folded group by queue
on conflict (queue, worker) do update
set completed = queue_totals.completed + excluded.completed, busy_ms = queue_totals.busy_ms + excluded.busy_ms;

-- name: get_control()^
select state, generation from queue_control where queue = 'inbox';

-- name: set_control(state, actor)!
update queue_control
set state = :state, changed_at = now(), changed_by = :actor,
    drain_to = case when :state = 'draining' then (select coalesce(max(seq), 0) from inbox) end
where queue = 'inbox';

-- name: rest()$
-- Nothing was there to claim: a draining queue becomes a paused one, once nothing due is left of what it was to finish.
-- What waits for its retry is not waited for. Answers whether the queue is paused.
with drained as (
    update queue_control set state = 'paused', changed_at = now()
    where queue = 'inbox' and state = 'draining'
      and not exists (select 1 from inbox
                      where inbox.state = 'waiting' and inbox.next_try_at <= now() and inbox.seq <= drain_to)
    returning state
)
select coalesce((select state from drained), (select state from queue_control where queue = 'inbox')) = 'paused';

-- name: bump_generation(actor)!
update queue_control set generation = generation + 1, changed_at = now(), changed_by = :actor where queue = 'inbox';

-- name: retry_dead()$
with again as (
    update inbox set state = 'waiting', attempts = 0, next_try_at = '-infinity', finished_at = null
    where state = 'dead' returning 1
)
select count(*) from again;

-- name: list_dead(before, limit)
-- The newest first.
select seq, kind, phone_number_id, payload, attempts, received_at, finished_at, error from inbox
where state = 'dead' and seq < :before::bigint order by seq desc limit :limit::int;

-- name: retry_one(seq)$
update inbox set state = 'waiting', attempts = 0, next_try_at = '-infinity', finished_at = null
where state = 'dead' and seq = :seq::bigint returning seq;

-- name: clear_one(seq)$
with cleared as (
    update inbox set state = 'done', note = 'cleared' where state = 'dead' and seq = :seq::bigint returning seq
), counted as (
    insert into queue_totals (queue, worker, completed)
    select 'inbox', '00000000-0000-0000-0000-000000000000', 1 from cleared
    on conflict (queue, worker) do update set completed = queue_totals.completed + excluded.completed
)
select seq from cleared;

-- name: announce()!
select pg_notify('inbox', ''), pg_notify('queue', '');

-- name: clear_dead()$
with cleared as (
    update inbox set state = 'done', note = 'cleared' where state = 'dead' returning 1
), counted as (
    insert into queue_totals (queue, worker, completed)
    select 'inbox', '00000000-0000-0000-0000-000000000000', count(*) from cleared
    on conflict (queue, worker) do update set completed = queue_totals.completed + excluded.completed
)
select count(*) from cleared;

-- name: beat(id, host, pid, processing, figures)!
insert into workers (id, host, pid, processing, figures) values (:id, :host, :pid, :processing, :figures)
on conflict (id) do update
set beat_at = now(), processing = excluded.processing, figures = excluded.figures, stopped_at = null;

-- name: stop_worker(id)!
update workers set stopped_at = now(), processing = 0 where id = :id;

-- name: drop_old_workers()!
delete from workers where beat_at < now() - interval '1 day';

-- name: list_workers()
select id, host, pid, started_at, beat_at, processing, figures
from workers where stopped_at is null and beat_at > now() - interval '10 seconds';

-- name: count_rows()^
-- One snapshot, so that waiting + done + dead is every row ever stored.
select (select count(*) from inbox where state = 'waiting') as waiting,
       (select count(*) from inbox where state = 'dead') as dead,
       (select coalesce(sum(completed), 0)::bigint from queue_totals where queue = 'inbox') as completed,
       (select coalesce(sum(busy_ms), 0)::bigint from queue_totals where queue = 'inbox') as busy_ms,
       (select extract(epoch from now() - min(received_at)) from inbox where state = 'waiting') as oldest_seconds,
       (select state from queue_control where queue = 'inbox') as state;

-- name: take_job(job, now, seconds)$
-- The job is ours if it is due; its next time is so many seconds on, whatever becomes of this one.
insert into upkeep (job, next_at) values (:job, :now::timestamptz + make_interval(secs => :seconds))
on conflict (job) do update set next_at = excluded.next_at where upkeep.next_at <= :now::timestamptz
returning job;

-- name: hasten_job(job)!
update upkeep set next_at = '-infinity' where job = :job;
