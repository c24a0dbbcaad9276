-- name: load_dialogues(user_ids)
-- What each person and the assistant are talking about, with the names a message of theirs may use.
select u.id, d.focus, coalesce(d.listed, '{}') as listed, d.listed_at, d.pending,
       (select coalesce(jsonb_object_agg(p.name, p.id), '{}')
        from projects p join project_members m on m.project_id = p.id
        where m.user_id = u.id and p.archived_at is null and p.deleted_at is null) as projects,
       (select coalesce(jsonb_object_agg(o.name, o.id), '{}')
        from users o
        where o.id = any(array(select b.user_id from project_members a join project_members b using (project_id)
                               where a.user_id = u.id) || u.id)) as people
from unnest(:user_ids::uuid[]) as u (id) left join dialogues d on d.user_id = u.id;

-- name: save_dialogues(user_ids, focuses, listeds, listed_ats, pendings)!
insert into dialogues (user_id, focus, listed, listed_at, pending)
select s.user_id, s.focus, s.listed::uuid[], s.listed_at, s.pending
from unnest(:user_ids::uuid[], :focuses::uuid[], :listeds::text[], :listed_ats::timestamptz[],
            :pendings::text[])
     as s (user_id, focus, listed, listed_at, pending)
order by s.user_id
on conflict (user_id) do update
set focus = excluded.focus, listed = excluded.listed, listed_at = excluded.listed_at,
    pending = excluded.pending;

-- name: list_made_by(message_id, user_id)
-- The tasks that one message of this person made.
select id from tasks
where source_message_id = :message_id and owner_id = :user_id and deleted_at is null and parent_id is null order by id;
