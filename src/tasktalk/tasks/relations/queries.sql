-- name: list_relations(viewer, task_id, relation_id)
-- Those of a task whose other end the viewer sees too, all or one; `outgoing`: as they are stored, else from the other side.
select r.id, r.kind, r.created_at, r.task_id = :task_id::uuid as outgoing, o.id as other_id, o.title, o.status
from task_relations r
join tasks o on o.id = case when r.task_id = :task_id::uuid then r.other_id else r.task_id end
left join project_members m on m.project_id = o.project_id and m.user_id = :viewer::uuid
left join projects p on p.id = o.project_id
where (r.task_id = :task_id::uuid or r.other_id = :task_id::uuid)
  and (:relation_id::uuid is null or r.id = :relation_id::uuid) and o.deleted_at is null
  and case when o.project_id is null then o.owner_id = :viewer::uuid else m.user_id is not null and p.deleted_at is null end
order by r.id;

-- name: await_turn()!
-- One at a time: two relations that are made at once could close a circle that neither sees.
select pg_advisory_xact_lock(9, 0);

-- name: count_relations(task_ids)
select t.id, count(*) as relations from unnest(:task_ids::uuid[]) as t (id)
join task_relations r on r.task_id = t.id or r.other_id = t.id
group by t.id;

-- name: list_behind(kind, task_id, limit)
-- Everything that a task points to, directly or by others, up to `limit`; whoever may see it.
with recursive behind as (
    select :task_id::uuid as id
    union
    select r.other_id from behind b join task_relations r on r.task_id = b.id and r.kind = :kind::text
)
select id from behind limit :limit::int;

-- name: insert_relation(id, task_id, kind, other_id, subject_task, project_id, viewer, change_set, channel, at)$
-- Nothing when it is there already.
with created as (
    insert into task_relations (id, task_id, kind, other_id, created_by, created_at)
    values (:id::uuid, :task_id::uuid, :kind::text, :other_id::uuid, :viewer::uuid, :at::timestamptz)
    on conflict do nothing
    returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'relation', c.id, :subject_task::uuid, :project_id::uuid, 'created',
           to_jsonb(c), :channel::text
    from created c
)
select id from created;

-- name: delete_relation(id, subject_task, project_id, viewer, change_set, channel, at)!
with gone as (
    delete from task_relations r where r.id = :id::uuid returning r.id, to_jsonb(r) as before
)
insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, before, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'relation', g.id, :subject_task::uuid, :project_id::uuid, 'deleted',
       g.before, :channel::text
from gone g;

-- name: list_relations_of_tasks(viewer, task_ids)
-- As they are stored, each once: those that begin at one of these tasks, and whose two ends the viewer sees.
select r.id, r.kind, r.task_id, r.other_id, r.created_at
from task_relations r
where r.task_id = any(:task_ids::uuid[])
  and 2 = (select count(*) from tasks t
           left join project_members m on m.project_id = t.project_id and m.user_id = :viewer::uuid
           left join projects p on p.id = t.project_id
           where t.id in (r.task_id, r.other_id) and t.deleted_at is null
             and case when t.project_id is null then t.owner_id = :viewer::uuid
                      else m.user_id is not null and p.deleted_at is null end)
order by r.id;
