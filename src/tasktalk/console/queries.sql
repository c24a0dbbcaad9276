-- name: count_open(viewer, is_admin, today, now)^
-- For the frame. Each counts to a thousand, so that many cost no page its speed.
select (select count(*) from (
            select from tasks t
            where t.owner_id = :viewer::uuid and t.project_id is null
              and t.status = 'open' and t.deleted_at is null and t.due_on = :today::date
            union all
            select from tasks t
            join project_members m on m.project_id = t.project_id
            join projects p on p.id = t.project_id
            where m.user_id = :viewer::uuid and p.deleted_at is null and p.archived_at is null and not p.is_template
              and t.status = 'open' and t.deleted_at is null and t.due_on = :today::date
            limit 1000) capped) as today,
       (select count(*) from (
            select from tasks t
            where t.owner_id = :viewer::uuid and t.project_id is null
              and t.status = 'open' and t.deleted_at is null and t.due_on < :today::date
            union all
            select from tasks t
            join project_members m on m.project_id = t.project_id
            join projects p on p.id = t.project_id
            where m.user_id = :viewer::uuid and p.deleted_at is null and p.archived_at is null and not p.is_template
              and t.status = 'open' and t.deleted_at is null and t.due_on < :today::date
            limit 1000) capped) as overdue,
       (select count(*) from (
            select from tasks i
            where i.owner_id = :viewer::uuid and i.project_id is null and i.status = 'open' and i.deleted_at is null
            limit 1000) capped) as inbox,
       (select count(*) from invitations v
        where v.state = 'pending' and v.expires_at > :now::timestamptz
          and (v.user_id = :viewer::uuid or v.email = (select u.email from users u where u.id = :viewer::uuid))) as invited,
       case when :is_admin::bool then (select count(*) from findings where resolved_at is null) else 0 end as alerts;

-- name: count_in_projects(ids)
-- Open tasks in each of these, to a thousand; whether the viewer may look is asked before.
select p.id, n.open from unnest(:ids::uuid[]) as p (id)
cross join lateral (
    select count(*) as open from (
        select from tasks t where t.project_id = p.id and t.status = 'open' and t.deleted_at is null limit 1000) capped) n;

-- name: list_roles(viewer, projects)
-- What the viewer is in each of these, archived ones and templates too.
select project_id, role from project_members where user_id = :viewer::uuid and project_id = any(:projects::uuid[]);

-- name: list_label_names(viewer, limit)
-- The viewer's own, in their order; how many tasks carry each is not counted.
select name from labels where owner_id = :viewer::uuid order by position, id limit :limit::int;

-- name: find_number()$
-- The number that people write to: the oldest connected one.
select display_phone_number from integrations
where disabled_at is null and display_phone_number <> '' order by id limit 1;

-- name: list_own_contacts(viewer)
-- Where the viewer writes from, with the lanes their messages lie in.
select c.id, c.linked_at, i.phone_number_id, c.bsuid, c.wa_id
from contacts c join integrations i on i.id = c.integration_id
where c.user_id = :viewer::uuid;

-- name: list_inbound(before, limit)
select seq, kind, phone_number_id, payload, received_at, state, attempts, next_try_at, finished_at, error, note
from inbox
where seq < :before::bigint and kind <> 'status'
order by seq desc limit :limit::int;

-- name: list_own_inbound(before, lanes, limit)
-- Of these lanes alone, each by its own stretch of an index, which has the order of their arrival.
select i.* from unnest(:lanes::text[]) as own (lane), lateral (
    select seq, kind, phone_number_id, payload, received_at, state, attempts, next_try_at, finished_at, error, note
    from inbox
    where lane = own.lane and kind = 'message'
      and (received_at, seq)
          < (coalesce((select received_at from inbox where seq = :before::bigint), 'infinity'), :before::bigint)
    order by received_at desc, seq desc limit :limit::int
) as i
order by i.received_at desc, i.seq desc limit :limit::int;

-- name: list_dead(before, lanes, limit)
-- What was given up, of these lanes or of all.
select seq, kind, phone_number_id, payload, received_at, state, attempts, next_try_at, finished_at, error, note
from inbox
where state = 'dead' and seq < :before::bigint and kind <> 'status'
  and (:lanes::text[] is null or lane = any(:lanes::text[]))
order by seq desc limit :limit::int;

-- name: list_outbound(before, limit)
select o.seq, o.id, o.kind, o.message, o.inbox_seq, o.state, o.status, o.attempts, o.created_at, o.next_try_at,
       o.finished_at, o.wamid, o.error_code, o.error,
       i.phone_number_id, c.bsuid, c.wa_id, c.profile_name, c.username, c.user_id, c.linked_at, u.name
from outbox o
join contacts c on c.id = o.contact_id
join integrations i on i.id = o.integration_id
left join users u on u.id = c.user_id
where o.seq < :before::bigint
order by o.seq desc limit :limit::int;

-- name: list_own_outbound(before, contacts, failed, limit)
select o.seq, o.id, o.kind, o.message, o.inbox_seq, o.state, o.status, o.attempts, o.created_at, o.next_try_at,
       o.finished_at, o.wamid, o.error_code, o.error,
       i.phone_number_id, c.bsuid, c.wa_id, c.profile_name, c.username, c.user_id, c.linked_at, u.name
from outbox o
join contacts c on c.id = o.contact_id
join integrations i on i.id = o.integration_id
left join users u on u.id = c.user_id
where o.contact_id = any(:contacts::uuid[]) and o.seq < :before::bigint
  and (not :failed::bool or o.state = 'refused' or o.status = 'failed')
order by o.seq desc limit :limit::int;

-- name: list_failed(before, limit)
select o.seq, o.id, o.kind, o.message, o.inbox_seq, o.state, o.status, o.attempts, o.created_at, o.next_try_at,
       o.finished_at, o.wamid, o.error_code, o.error,
       i.phone_number_id, c.bsuid, c.wa_id, c.profile_name, c.username, c.user_id, c.linked_at, u.name
from outbox o
join contacts c on c.id = o.contact_id
join integrations i on i.id = o.integration_id
left join users u on u.id = c.user_id
where o.seq < :before::bigint and (o.state = 'refused' or o.status = 'failed')
order by o.seq desc limit :limit::int;

-- name: list_in_project(project_id, offset, limit)
-- Ids of what is open there; whether the viewer may look is asked before.
select id from tasks
where project_id = :project_id::uuid and status = 'open' and deleted_at is null
order by due_on nulls last, due_time nulls last, priority nulls last, position, id offset :offset::int limit :limit::int;

-- name: list_in_sections(project_id, offset, limit)
-- The same section by section, in the order that is theirs by hand; a subtask stands under its parent while that is open.
select t.id from tasks t left join sections s on s.id = t.section_id
where t.project_id = :project_id::uuid and t.status = 'open' and t.deleted_at is null
  and not exists (select from tasks p where p.id = t.parent_id and p.status = 'open' and p.deleted_at is null)
order by s.position nulls first, s.id, t.position, t.id offset :offset::int limit :limit::int;

-- name: list_titles(viewer, ids)
-- Of those that the viewer sees.
select t.id, t.title from tasks t
where t.id = any(:ids::uuid[]) and t.deleted_at is null
  and case when t.project_id is null then t.owner_id = :viewer::uuid
           else exists (select from project_members m join projects p on p.id = m.project_id
                        where m.project_id = t.project_id and m.user_id = :viewer::uuid and p.deleted_at is null) end;

-- name: list_trees(ids, limit)
-- Tasks that the viewer was found to see, each before its open subtasks and theirs, in the order that is theirs by hand.
with recursive trees as (
    select u.id, null::uuid as parent_id, u.n as tree, u.n::float8 as position
    from unnest(:ids::uuid[]) with ordinality u (id, n)
    union all
    select t.id, r.id, r.tree, t.position from trees r cross join lateral (
        select t.id, t.position from tasks t
        where t.parent_id = r.id and t.status = 'open' and t.deleted_at is null offset 0) t
) search depth first by position, id set path
select id, parent_id, tree from trees order by path limit :limit::int;

-- name: list_steps(parent_id, offset, limit)
-- The subtasks of a task that the viewer was found to see.
select id from tasks where parent_id = :parent_id::uuid and deleted_at is null
order by position, id offset :offset::int limit :limit::int;

-- name: list_board(project_id, limit)
-- The first open cards of each column of a board (null: of no section); whether the viewer may look is asked before.
-- A subtask is told of by its parent's card while that is open.
(select null::uuid as section_id, t.id, t.position from tasks t
 where t.project_id = :project_id::uuid and t.section_id is null
   and t.status = 'open' and t.deleted_at is null
   and (t.parent_id is null
        or (select p.status <> 'open' or p.deleted_at is not null from tasks p where p.id = t.parent_id))
 order by t.position, t.id limit :limit::int)
union all
select s.id, c.id, c.position from sections s cross join lateral (
    select t.id, t.position from tasks t
    where t.section_id = s.id and t.status = 'open' and t.deleted_at is null
      and (t.parent_id is null
           or (select p.status <> 'open' or p.deleted_at is not null from tasks p where p.id = t.parent_id))
    order by t.position, t.id limit :limit::int) c
where s.project_id = :project_id::uuid
order by 3, 2;

-- name: list_days(project_id, first, last, limit)
-- What is open in a project and due on these days; whether the viewer may look is asked before.
select id from tasks
where project_id = :project_id::uuid and status = 'open' and deleted_at is null
  and due_on between :first::date and :last::date
order by due_on, due_time nulls last, priority nulls last, position, id limit :limit::int;

-- name: list_undated(project_id, limit)
-- But for subtasks of what is open.
select t.id from tasks t
where t.project_id = :project_id::uuid and t.status = 'open' and t.deleted_at is null and t.due_on is null
  and (t.parent_id is null
       or (select p.status <> 'open' or p.deleted_at is not null from tasks p where p.id = t.parent_id))
order by t.position, t.id limit :limit::int;
