-- name: keeps_content()$
select coalesce(current_setting('tasktalk.keep_content', true), 'on') <> 'off';

-- name: spell_setting(keep)$
-- What an owner of this database runs to set it.
select case when :keep::bool then format('alter database %I reset tasktalk.keep_content', current_database())
            else format('alter database %I set tasktalk.keep_content = ''off''', current_database()) end;

-- name: empty_received(limit)$
-- What was handled before the mode was on, some of it.
with old as (
    select seq from inbox where state = 'done' and kind <> 'status' and position('"not_kept"' in payload) = 0
    order by seq limit :limit
), emptied as (
    update inbox i set payload = without_words(i.kind, i.payload) from old where i.seq = old.seq returning 1
)
select count(*) from emptied;

-- name: empty_sent(limit)$
with old as (
    select seq from outbox where state in ('accepted', 'refused') and position('"not_kept"' in message) = 0
    order by seq limit :limit
), emptied as (
    update outbox o set message = without_words_of_ours(o.message) from old where o.seq = old.seq returning 1
)
select count(*) from emptied;

-- name: empty_others()!
with letters as (
    update letters set subject = '', body = '' where state in ('sent', 'refused') and body <> ''
), documents as (
    update documents set caption = '' where state in ('sent', 'refused') and caption <> ''
), turns as (
    delete from chat_turns
)
update dialogues set recent = '[]' where recent <> '[]';

-- name: forget_open(before)!
-- What is open between a person and the assistant, of whom nothing was heard since; lists by number count on.
update dialogues set asked = '{}', page = null
where (asked <> '{}' or page is not null) and coalesce(greatest(focus_at, listed_at), '-infinity') < :before::timestamptz;

-- name: give_up_dead(before)$
-- Dead letters that nobody looked at in time are let go, words and all.
with cleared as (
    update inbox set state = 'done', note = 'cleared', payload = without_words(kind, payload)
    where state = 'dead' and finished_at < :before::timestamptz returning 1
), counted as (
    insert into queue_totals (queue, worker, completed)
    select 'inbox', '00000000-0000-0000-0000-000000000000', count(*) from cleared
    on conflict (queue, worker) do update set completed = queue_totals.completed + excluded.completed
)
select count(*) from cleared;
