-- name: load_dialogues(user_ids)
-- What each person and the assistant are talking about, with the names a message of theirs may use.
select u.id, d.focus, coalesce(d.listed, '{}') as listed, d.listed_at, d.page, d.focus_at,
       coalesce(d.together, '{}') as together, coalesce(d.asked, '{}') as asked, coalesce(d.recent, '[]') as recent,
       (select coalesce(jsonb_object_agg(p.name, p.id), '{}')
        from projects p join project_members m on m.project_id = p.id
        where m.user_id = u.id and p.archived_at is null and p.deleted_at is null) as projects,
       (select coalesce(jsonb_object_agg(o.name, o.id), '{}')
        from users o
        where o.id = any(array(select b.user_id from project_members a join project_members b using (project_id)
                               where a.user_id = u.id) || u.id)) as people
from unnest(:user_ids::uuid[]) as u (id) left join dialogues d on d.user_id = u.id;

-- name: save_dialogues(user_ids, focuses, listeds, listed_ats, pages, recents, focus_ats, togethers, askeds)!
-- `askeds` are the questions that are new; those that were asked before stay.
insert into dialogues as d (user_id, focus, listed, listed_at, page, recent, focus_at, together, asked)
select s.user_id, s.focus, s.listed::uuid[], s.listed_at, s.page, s.recent::jsonb, s.focus_at, s.together::uuid[],
       s.asked::jsonb
from unnest(:user_ids::uuid[], :focuses::uuid[], :listeds::text[], :listed_ats::timestamptz[], :pages::text[],
            :recents::text[], :focus_ats::timestamptz[], :togethers::text[], :askeds::text[])
     as s (user_id, focus, listed, listed_at, page, recent, focus_at, together, asked)
order by s.user_id
on conflict (user_id) do update
set focus = excluded.focus, listed = excluded.listed, listed_at = excluded.listed_at, page = excluded.page,
    recent = excluded.recent, focus_at = excluded.focus_at, together = excluded.together,
    asked = d.asked || excluded.asked;

-- name: take_question(user_id, kind, id)$
-- The question, which is over from now on: of two who answer it at once, one finds none.
update dialogues n set asked = n.asked - :kind::text
from dialogues o where n.user_id = :user_id::uuid and o.user_id = n.user_id and n.asked -> :kind::text ->> 'id' = :id::text
returning o.asked -> :kind::text;

-- name: note_shown(user_ids, focuses, lists, now)!
insert into dialogues as d (user_id, focus, listed, listed_at, focus_at, together)
select s.user_id, s.focus, coalesce(s.list::uuid[], '{}'), case when s.list is not null then :now::timestamptz end,
       case when s.focus is not null then :now::timestamptz end, coalesce(s.list::uuid[], '{}')
from unnest(:user_ids::uuid[], :focuses::uuid[], :lists::text[]) as s (user_id, focus, list)
order by s.user_id
on conflict (user_id) do update
set focus = coalesce(excluded.focus, d.focus),
    listed = case when excluded.listed_at is null then d.listed else excluded.listed end,
    listed_at = coalesce(excluded.listed_at, d.listed_at),
    page = case when excluded.listed_at is null then d.page end,
    focus_at = coalesce(excluded.focus_at, d.focus_at),
    together = case when excluded.listed_at is not null then excluded.together
                    when excluded.focus_at is null then d.together else '{}' end;

-- name: list_made_by(message_id, user_id)
-- The tasks that one message of this person made.
select id from tasks
where source_message_id = :message_id and owner_id = :user_id and deleted_at is null and parent_id is null order by id;

-- name: find_making(user_id, task_ids, since, count)$
-- The act of this person's, not taken back, in which all of these tasks were made.
select change_set from journal
where actor_id = :user_id::uuid and at >= :since::timestamptz and subject = 'task' and verb = 'created'
  and undone_at is null and subject_id = any(:task_ids::uuid[])
group by change_set having count(distinct subject_id) = :count::int limit 1;

-- name: find_last_act(user_id, since)^
-- The person's newest act that is neither taken back nor a taking back: a change of theirs, or that they let others in.
select change_set, at from journal j
where actor_id = :user_id::uuid and at >= :since::timestamptz and undone_at is null and undoes is null
  and (subject = 'member' and verb = 'joined' and subject_id <> actor_id
       or subject <> all ('{member,invitation,team}')
          -- `offset 0`: asked of each act by itself; else a kept plan reads the whole journal once to know them all.
          and not exists (select from journal m where m.change_set = j.change_set and m.subject = 'member' offset 0))
order by seq desc limit 1;

-- name: find_last_undo(user_id, since)^
-- The person's newest taking back that stands.
select change_set, at from journal
where actor_id = :user_id::uuid and at >= :since::timestamptz and undone_at is null and undoes is not null
order by seq desc limit 1;

-- name: list_let_in(user_id, change_set, since)
select j.project_id, j.subject_id as user_id, u.name, p.name as project
from journal j join users u on u.id = j.subject_id join projects p on p.id = j.project_id
where j.change_set = :change_set::uuid and j.actor_id = :user_id::uuid and j.at >= :since::timestamptz
  and j.subject = 'member' and j.verb = 'joined' and j.subject_id <> j.actor_id and j.undone_at is null
order by j.seq;

-- name: mark_let_in_undone(user_id, change_set, at)!
update journal set undone_at = :at::timestamptz
where change_set = :change_set::uuid and actor_id = :user_id::uuid and subject = 'member' and verb = 'joined';

-- name: has_changed_since(user_id, at)$
select exists (select from journal where actor_id = :user_id::uuid and journal.at > :at::timestamptz);

-- name: list_open_subtasks(task_id, limit)
-- The first of what is open right under a task; whoever reads them takes care that they are theirs to see.
select id from tasks where parent_id = :task_id::uuid and status = 'open' and deleted_at is null
order by position, id limit :limit::int;

-- name: count_along(change_set, verb, task_ids)$
-- How many tasks under these had the same happen to them in one turn.
with recursive under as (
    select id from tasks where parent_id = any(:task_ids::uuid[])
    union
    select t.id from tasks t join under u on t.parent_id = u.id
)
select count(distinct j.subject_id) from journal j join under u on u.id = j.subject_id
where j.change_set = :change_set::uuid and j.subject = 'task' and j.verb = :verb::text
  and j.subject_id <> all (:task_ids::uuid[]);

-- name: project_figures(viewer, project_id, today, now, since)
-- The viewer's projects, one or all: what is open, overdue, and was finished since `since`, a repeating task each time.
select p.id, p.name, t.open, t.overdue, d.done
from project_members m join projects p on p.id = m.project_id
cross join lateral (
    select count(*) as open,
           count(*) filter (where o.due_at < :now::timestamptz or (o.due_at is null and o.due_on < :today::date)) as overdue
    from tasks o where o.project_id = p.id and o.status = 'open' and o.deleted_at is null) t
cross join lateral (
    select count(distinct (j.subject_id, j.change_set)) as done from journal j
    where j.project_id = p.id and j.at >= :since::timestamptz and j.subject = 'task' and j.verb = 'completed'
      and j.undone_at is null) d
where m.user_id = :viewer::uuid and p.deleted_at is null
  and case when :project_id::uuid is null then p.archived_at is null and not p.is_template else p.id = :project_id::uuid end
order by t.overdue desc, t.open desc, p.position, p.id;

-- name: list_only_seen(viewer)
-- The projects that the viewer may look at and not change.
select project_id from project_members where user_id = :viewer::uuid and role = 'viewer';

-- name: project_people(project_id, limit)
-- Who was given how much of what is open there, those with most first; null: what nobody was given.
select u.name, count(*) as open
from tasks t left join lateral unnest(t.assignees) a (user_id) on true left join users u on u.id = a.user_id
where t.project_id = :project_id::uuid and t.status = 'open' and t.deleted_at is null
group by u.id, u.name order by u.id is null, open desc, u.name limit :limit::int;

-- name: count_done_in(project_id)$
select count(*) from tasks where project_id = :project_id::uuid and status = 'done' and deleted_at is null;

-- name: keep_turn(user_id, said, reply, at, most)!
-- The newest `most` stay.
with kept as (
    insert into chat_turns (user_id, said, reply, at) values (:user_id::uuid, :said, :reply::jsonb, :at)
)
delete from chat_turns
where user_id = :user_id::uuid
  and id <= (select id from chat_turns where user_id = :user_id::uuid order by id desc offset :most::int - 1 limit 1);

-- name: list_turns(user_id, limit)
select id, at, said, reply from chat_turns where user_id = :user_id::uuid order by id desc limit :limit;

-- name: forget_turns(user_id)!
delete from chat_turns where user_id = :user_id::uuid;

-- name: has_preferences(user_id)$
-- Whether anything was ever set for this person, or by them.
select exists (select from preferences where user_id = :user_id::uuid);
