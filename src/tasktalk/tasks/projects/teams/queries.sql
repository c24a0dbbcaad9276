-- name: list_teams(viewer, id)
-- The viewer's teams, or one of them.
select t.*, m.role,
       (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name, 'role', o.role) order by u.name, u.id)
        from team_members o join users u on u.id = o.user_id where o.team_id = t.id) as members
from team_members m join teams t on t.id = m.team_id
where m.user_id = :viewer::uuid and (:id::uuid is null or t.id = :id::uuid)
order by t.id;

-- name: lock_team(id)^
-- Whoever changes who is in a team, or what the team is in, waits here for those before.
select * from teams where id = :id::uuid for no key update;

-- name: find_team_role(id, user_id)$
select role from team_members where team_id = :id::uuid and user_id = :user_id::uuid;

-- name: count_team_owners(id, but)$
select count(*) from team_members where team_id = :id::uuid and role = 'owner' and user_id <> :but::uuid;

-- name: list_team_projects(id)
select project_id from project_teams where team_id = :id::uuid;

-- name: insert_team(id, name, viewer, change_set, channel, at)!
with made as (
    insert into teams (id, name, created_at, updated_at) values (:id::uuid, :name::text, :at::timestamptz, :at::timestamptz)
    returning *
), joined as (
    insert into team_members (team_id, user_id, role, added_at) select id, :viewer::uuid, 'owner', :at::timestamptz from made
)
insert into journal (at, change_set, actor_id, subject, subject_id, verb, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'team', m.id, 'created', to_jsonb(m), :channel::text from made m;

-- name: rename_team(id, name, viewer, change_set, channel, at)!
with before as (
    select t.id, to_jsonb(t) as row from teams t where t.id = :id::uuid
), written as (
    update teams set name = :name::text, version = version + 1, updated_at = :at::timestamptz where id = :id::uuid returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'team', w.id, 'changed', b.row, to_jsonb(w), :channel::text
from written w join before b on b.id = w.id;

-- name: delete_team(id, viewer, change_set, channel, at)!
with gone as (
    delete from teams where id = :id::uuid returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'team', g.id, 'deleted', to_jsonb(g), :channel::text from gone g;

-- name: put_team_member(id, user_id, role, viewer, change_set, channel, at)!
with before as (
    select m.team_id, to_jsonb(m) as row from team_members m where m.team_id = :id::uuid and m.user_id = :user_id::uuid
), written as (
    insert into team_members (team_id, user_id, role, added_at)
    values (:id::uuid, :user_id::uuid, :role::text, :at::timestamptz)
    on conflict (team_id, user_id) do update set role = excluded.role
    returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'team', w.team_id,
       case when b.row is null then 'joined' else 'changed' end, b.row, to_jsonb(w), :channel::text
from written w left join before b on b.team_id = w.team_id;

-- name: delete_team_member(id, user_id, viewer, change_set, channel, at)!
with gone as (
    delete from team_members where team_id = :id::uuid and user_id = :user_id::uuid returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, verb, before, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'team', g.team_id, 'left', to_jsonb(g), :channel::text from gone g;

-- name: list_project_teams(project_id)
select t.id, t.name, g.role, g.added_at from project_teams g join teams t on t.id = g.team_id
where g.project_id = :project_id::uuid order by t.id;

-- name: put_project_team(id, project_id, role, viewer, change_set, channel, at)!
with before as (
    select g.team_id, to_jsonb(g) as row from project_teams g where g.project_id = :project_id::uuid and g.team_id = :id::uuid
), written as (
    insert into project_teams (project_id, team_id, role, added_at)
    values (:project_id::uuid, :id::uuid, :role::text, :at::timestamptz)
    on conflict (project_id, team_id) do update set role = excluded.role
    returning *
)
insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, before, after, channel)
select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'team', w.team_id, w.project_id,
       case when b.row is null then 'joined' else 'changed' end, b.row, to_jsonb(w), :channel::text
from written w left join before b on b.team_id = w.team_id;

-- name: delete_project_team(id, project_id, viewer, change_set, channel, at)$
with gone as (
    delete from project_teams where project_id = :project_id::uuid and team_id = :id::uuid returning *
), noted as (
    insert into journal (at, change_set, actor_id, subject, subject_id, project_id, verb, before, channel)
    select :at::timestamptz, :change_set::uuid, :viewer::uuid, 'team', g.team_id, g.project_id, 'left', to_jsonb(g), :channel::text
    from gone g
)
select team_id from gone;
