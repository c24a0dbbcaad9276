-- name: drop_received(before, limit)$
-- The oldest of what is handled are looked at alone, so that an hour with nothing to do costs nothing, and what waits for
-- somebody holds up nothing behind it. What is not counted yet stays.
with gone as (
    delete from inbox using (select seq, finished_at from inbox where state = 'done' order by seq limit :limit) as oldest
    where inbox.seq = oldest.seq and inbox.state = 'done'
      and oldest.finished_at < least(:before::timestamptz, (select upto from traffic_counted))
    returning 1
)
select count(*) from gone;

-- name: drop_sent(before, limit)$
with gone as (
    delete from outbox
    using (select seq, finished_at from outbox where state in ('accepted', 'refused') order by seq limit :limit) as oldest
    where outbox.seq = oldest.seq and outbox.state in ('accepted', 'refused')
      and oldest.finished_at < least(:before::timestamptz, (select upto from traffic_counted))
    returning outbox.id
), tried as (
    delete from attempts where outbox_id in (select id from gone)
), heard as (
    delete from statuses where outbox_id in (select id from gone)
)
select count(*) from gone;

-- name: drop_chat(before, limit)$
-- What was said in the console, the oldest first.
with gone as (
    delete from chat_turns using (select id, at from chat_turns order by id limit :limit) as oldest
    where chat_turns.id = oldest.id and oldest.at < :before::timestamptz returning 1
)
select count(*) from gone;

-- name: drop_history(before, limit)$
with gone as (
    delete from journal using (select seq, at from journal order by seq limit :limit) as oldest
    where journal.seq = oldest.seq and oldest.at < :before::timestamptz returning 1
)
select count(*) from gone;

-- name: drop_files(before, limit)$
-- Of tasks that nobody works at any more; what lies in the store follows, for each becomes loose.
with gone as (
    delete from attachments where id in (
        select a.id from attachments a join tasks t on t.id = a.task_id
        where t.status <> 'open' and greatest(coalesce(t.completed_at, t.updated_at), a.created_at) < :before::timestamptz
        order by a.id limit :limit)
    returning 1
)
select count(*) from gone;
