-- name: add_document(id, integration_id, contact_id, user_id, inbox_seq, file, caption, task_ids)!
insert into documents (id, integration_id, contact_id, user_id, inbox_seq, file, caption, task_ids)
values (:id::uuid, :integration_id::uuid, :contact_id::uuid, :user_id::uuid, :inbox_seq::bigint, :file::jsonb, :caption::text,
        :task_ids::uuid[]);

-- name: take_documents(rows, seconds)
-- Some that are due, for those seconds, unless they are held longer. What nobody may write to now, for the window is closed,
-- waits for it; what was asked for on a phone that is somebody else's by now stays here.
update documents d
set state = 'uploading', attempts = d.attempts + 1, next_try_at = now() + make_interval(secs => :seconds::float8)
from (
    select due.id from documents due join contacts c on c.id = due.contact_id
    where due.state in ('waiting', 'uploading') and due.next_try_at <= now()
      and c.user_id = due.user_id and c.suspended_at is null and c.window_until > now() + interval '1 minute'
    order by due.next_try_at limit :rows::int for update of due skip locked
) as due
where d.id = due.id
returning d.id, d.integration_id, d.contact_id, d.user_id, d.inbox_seq, d.file, d.caption, d.task_ids, d.attempts,
          extract(epoch from now() - d.created_at)::float8 as age_seconds;

-- name: hold_document(id, number, seconds)$
update documents set next_try_at = now() + make_interval(secs => :seconds::float8)
where id = :id::uuid and state = 'uploading' and attempts = :number::smallint returning id;

-- name: settle_document(id, number, state, error, delay)$
-- Nothing when another worker has it by now.
update documents
set state = :state::text, error = :error::text, next_try_at = now() + make_interval(secs => :delay::float8),
    finished_at = case when :state::text in ('sent', 'refused') then now() end
where id = :id::uuid and state = 'uploading' and attempts = :number::smallint returning id;

-- name: note_message(id, outbox_id)!
update documents set outbox_id = :outbox_id::uuid where id = :id::uuid;

-- name: seconds_to_next()$
select extract(epoch from min(next_try_at) - now())::float8 from documents where state in ('waiting', 'uploading');

-- name: give_up_documents(before)!
-- Nobody wrote again in all that time.
update documents set state = 'refused', finished_at = now(), error = 'The window did not open again.'
where state = 'waiting' and created_at < :before::timestamptz;

-- name: forget_documents(before, limit)
delete from documents where id in (
    select id from documents where finished_at < :before::timestamptz limit :limit::int for update skip locked)
returning id;
