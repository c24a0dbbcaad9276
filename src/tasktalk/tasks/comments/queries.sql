-- name: list_audience(viewer, task_id)
-- Everybody who sees a task, if the viewer does.
select u.id, u.name from tasks t
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
cross join lateral (
    select t.owner_id as id where t.project_id is null
    union all select o.user_id from project_members o where o.project_id = t.project_id
) who
join users u on u.id = who.id
where t.id = :task_id::uuid and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end;

-- name: insert_comment(id, task_id, text, mentions, source_message_id, viewer, change_set, channel, at)$
-- Nothing when the viewer does not see the task.
with place as (
    select t.id, t.project_id from tasks t
    left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
    left join projects p on p.id = t.project_id
    where t.id = :task_id::uuid and t.deleted_at is null
      and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
), created as (
    insert into comments (id, task_id, author_id, text, mentions, source_channel, source_message_id, created_at, updated_at)
    select :id::uuid, id, :viewer::uuid, :text::text, :mentions::uuid[], :channel::text, :source_message_id::text,
           :at::timestamptz, :at::timestamptz
    from place
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'comment', c.id, c.task_id, p.project_id, 'created',
           to_jsonb(c), :channel::text
    from created c, place p
)
select id from created;

-- name: read_comments(viewer, ids)
-- The comments among `ids` whose task the viewer sees, with the names of those they are by and mention.
select c.*, a.name as author_name,
       case when c.mentions <> '{}' then
           (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by array_position(c.mentions, u.id))
            from users u where u.id = any(c.mentions))
       end as people
from comments c
join tasks t on t.id = c.task_id
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
left join users a on a.id = c.author_id
where c.id = any(:ids::uuid[]) and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end;

-- name: list_oldest(task_id, after, limit)
select c.id from comments c where c.task_id = :task_id::uuid and (:after::uuid is null or c.id > :after::uuid)
order by c.id limit :limit::int;

-- name: list_newest(task_id, after, limit)
select c.id from comments c where c.task_id = :task_id::uuid and (:after::uuid is null or c.id < :after::uuid)
order by c.id desc limit :limit::int;

-- name: lock_comment(viewer, comment_id)^
-- A comment whose task the viewer sees, with their role there.
select c.*, coalesce(m.role, 'owner') as role from comments c
join tasks t on t.id = c.task_id
left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = t.project_id
where c.id = :comment_id::uuid and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
for no key update of c;

-- name: write_comment(id, text, mentions, viewer, change_set, channel, at)!
-- The row is locked already.
with old as (
    select * from comments where id = :id::uuid
), written as (
    update comments c set text = :text::text, mentions = :mentions::uuid[], version = c.version + 1, updated_at = :at::timestamptz
    from old where c.id = old.id
    returning c.id, c.task_id, to_jsonb(old) as before, to_jsonb(c) as after
)
insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'comment', w.id, w.task_id, t.project_id, 'changed', w.before, w.after,
       :channel::text
from written w join tasks t on t.id = w.task_id;

-- name: delete_comment(id, viewer, change_set, channel, at)!
with gone as (
    delete from comments c where c.id = :id::uuid returning c.id, c.task_id, to_jsonb(c) as before
)
insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, before, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'comment', g.id, g.task_id, t.project_id, 'deleted', g.before,
       :channel::text
from gone g join tasks t on t.id = g.task_id;

-- name: list_ids_of_tasks(task_ids)
select id from comments where task_id = any(:task_ids::uuid[]) order by id;
