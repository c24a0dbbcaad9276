-- name: lock_sharing(ids)
-- Whoever changes who is in these projects waits here for those before.
select id from projects where id = any(:ids::uuid[]) order by id for no key update;

-- name: settle_members(project_ids, wanted, viewer, change_set, channel, at)
-- Everybody's role is the best of what they have by themselves and through teams; who has none is out. `wanted`:
-- [{"project_id","user_id","own_role"}], what people have by themselves from now on. No change set: nothing is journalled.
with wanted as (
    select * from jsonb_to_recordset(:wanted::jsonb) as w (project_id uuid, user_id uuid, own_role text)
), there as (
    select * from project_members where project_id = any(:project_ids::uuid[])
), own as (
    select project_id, user_id, case when w.user_id is null then t.own_role else w.own_role end as own_role
    from there t full join wanted w using (project_id, user_id)
), roles as (
    select project_id, user_id, own_role as role from own where own_role is not null
    union all
    select g.project_id, m.user_id, g.role from project_teams g join team_members m using (team_id)
    where g.project_id = any(:project_ids::uuid[])
), best as (
    select distinct on (project_id, user_id) project_id, user_id, r.role, o.own_role
    from roles r left join own o using (project_id, user_id)
    order by project_id, user_id, array_position(array['owner', 'editor', 'viewer'], r.role)
), gone as (
    delete from project_members m using there t
    where (m.project_id, m.user_id) = (t.project_id, t.user_id)
      and not exists (select from best b where (b.project_id, b.user_id) = (t.project_id, t.user_id))
    returning m.*
), kept as (
    update project_members m set role = b.role, own_role = b.own_role
    from best b
    where (m.project_id, m.user_id) = (b.project_id, b.user_id) and (m.role, m.own_role) is distinct from (b.role, b.own_role)
    returning m.*
), come as (
    insert into project_members (project_id, user_id, role, own_role, added_at)
    select b.project_id, b.user_id, b.role, b.own_role, :at::timestamptz from best b
    where not exists (select from there t where (t.project_id, t.user_id) = (b.project_id, b.user_id))
    returning *
), settled as (
    select 'left' as verb, g.project_id, g.user_id, to_jsonb(g) as before, null::jsonb as after from gone g
    union all
    select 'changed', k.project_id, k.user_id, to_jsonb(t), to_jsonb(k) from kept k join there t using (project_id, user_id)
    union all
    select 'joined', c.project_id, c.user_id, null, to_jsonb(c) from come c
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, before, after, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'member', s.user_id, s.project_id, s.verb, s.before, s.after,
           :channel::text
    from settled s where :change_set::uuid is not null
)
select verb, project_id, user_id from settled;

-- name: hand_over(project_ids, viewer, change_set, channel, at)!
-- A project whose maker is no owner of it any more belongs to the owner who is there longest.
with heirs as (
    select distinct on (p.id) p.id, m.user_id, to_jsonb(p) as before
    from projects p join project_members m on m.project_id = p.id and m.role = 'owner'
    where p.id = any(:project_ids::uuid[])
      and not exists (select from project_members o where o.project_id = p.id and o.user_id = p.owner_id and o.role = 'owner')
    order by p.id, m.added_at, m.user_id
), written as (
    update projects p set owner_id = h.user_id, version = p.version + 1, updated_at = :at::timestamptz
    from heirs h where p.id = h.id
    returning p.id, h.before, to_jsonb(p) as after
)
insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'project', w.id, w.id, 'changed', w.before, w.after, :channel::text
from written w;

-- name: lock_assigned(project_ids, people)
-- The tasks there that any of these people has, deleted ones too: they may come back. Each half has an index of its own.
select id, project_id, assignees, accepted from tasks
where id = any(array(
    select id from tasks
    where project_id = any(:project_ids::uuid[]) and assignees && :people::uuid[] and deleted_at is null
    union all
    select id from tasks
    where project_id = any(:project_ids::uuid[]) and assignees && :people::uuid[] and deleted_at is not null))
order by id for no key update;

-- name: list_reminding(project_ids, people)
-- Open tasks there that may remind these people: by reminders they had set when they were here before, or by default.
select t.id from tasks t
where t.project_id = any(:project_ids::uuid[]) and t.status = 'open' and t.deleted_at is null
  and ((t.due_at is not null and t.owner_id = any(:people::uuid[]))
       or exists (select from reminders r where r.task_id = t.id and r.user_id = any(:people::uuid[])));

-- name: find_person(user_id)$
select id from users where id = :user_id::uuid;

-- name: find_acquaintance(viewer, user_id)$
-- Somebody who shares a project or a team with the viewer.
select u.id from users u
where u.id = :user_id::uuid and u.disabled_at is null
  and (exists (select from project_members a join project_members b using (project_id) join projects p on p.id = a.project_id
               where a.user_id = :viewer::uuid and b.user_id = u.id and p.deleted_at is null)
       or exists (select from team_members a join team_members b using (team_id)
                  where a.user_id = :viewer::uuid and b.user_id = u.id));

-- name: list_memberships(project_id)
select u.id, u.name, m.role, m.own_role, m.added_at, m.switches from project_members m join users u on u.id = m.user_id
where m.project_id = :project_id::uuid order by u.name, u.id;

-- name: list_own_switches(viewer)
select project_id, switches from project_members where user_id = :viewer::uuid and switches <> '{}';

-- name: set_switches(project_id, viewer, patch)!
update project_members set switches = jsonb_strip_nulls(switches || :patch::jsonb)
where project_id = :project_id::uuid and user_id = :viewer::uuid;

-- name: insert_invitation(id, project_id, user_id, email, role, viewer, expires_at, change_set, channel, at)!
with made as (
    insert into invitations (id, project_id, user_id, email, role, invited_by, created_at, expires_at)
    values (:id::uuid, :project_id::uuid, :user_id::uuid, :email::text, :role::text, :viewer::uuid, :at::timestamptz,
            :expires_at::timestamptz)
    returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'invitation', m.id, m.project_id, 'created', to_jsonb(m), :channel::text
from made m;

-- name: list_pending(project_id, at)
select i.email, i.user_id from invitations i
where i.project_id = :project_id::uuid and i.state = 'pending' and i.expires_at > :at::timestamptz;

-- name: list_invitations(id, project_id, invited, at)
-- One, or the pending ones of a project or of a person.
select i.*, p.name as project_name, u.name as user_name, b.name as invited_by_name
from invitations i
join projects p on p.id = i.project_id
join users b on b.id = i.invited_by
left join users u on u.id = i.user_id
where p.deleted_at is null and i.id in (
    select id from invitations where id = :id::uuid
    union all
    select id from invitations where project_id = :project_id::uuid and state = 'pending' and expires_at > :at::timestamptz
    union all
    select id from invitations where user_id = :invited::uuid and state = 'pending' and expires_at > :at::timestamptz
    union all
    select o.id from invitations o join users me on me.email = o.email
    where me.id = :invited::uuid and o.state = 'pending' and o.expires_at > :at::timestamptz)
order by i.id;

-- name: lock_invitation(id, viewer)^
-- `is_mine`: the viewer is invited; `role`: theirs in the project.
select i.*, (i.user_id is not distinct from :viewer::uuid or i.email = (select o.email from users o where o.id = :viewer::uuid))
           is true as is_mine, m.role as viewer_role
from invitations i
join projects p on p.id = i.project_id
left join project_members m on m.project_id = i.project_id and m.user_id = :viewer::uuid
where i.id = :id::uuid and p.deleted_at is null
for update of i;

-- name: answer_invitation(id, state, viewer, change_set, channel, at)!
with before as (
    select i.id, to_jsonb(i) as row from invitations i where i.id = :id::uuid
), written as (
    update invitations set state = :state::text, answered_at = :at::timestamptz where id = :id::uuid returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'invitation', w.id, w.project_id, 'changed', b.row, to_jsonb(w),
       :channel::text
from written w join before b on b.id = w.id;
