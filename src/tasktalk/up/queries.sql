-- name: find_owner()^
select id from users where role = 'owner' and disabled_at is null order by id limit 1;

-- name: add_people(ids, names, emails, timezone)!
insert into users (id, name, email, timezone)
select p.id, p.name, p.email, :timezone from unnest(:ids::uuid[], :names::text[], :emails::text[]) as p (id, name, email)
on conflict do nothing;

-- name: add_tokens(ids, emails, hashes)!
insert into api_tokens (id, user_id, name, token_hash)
select t.id, u.id, 'sandbox', t.hash
from unnest(:ids::uuid[], :emails::text[], :hashes::bytea[]) as t (id, email, hash) join users u on u.email = t.email
on conflict (token_hash) do nothing;

-- name: add_owner_token(id, user_id, hash)!
insert into api_tokens (id, user_id, name, token_hash) values (:id, :user_id, 'sandbox', :hash)
on conflict (token_hash) do nothing;

-- name: link_phones(ids, integration_id, emails, wa_ids, bsuids, names)!
insert into contacts (id, integration_id, bsuid, wa_id, profile_name, user_id, linked_at, linked_by)
select p.id, :integration_id, p.bsuid, p.wa_id, p.name, u.id, now(), 'sandbox'
from unnest(:ids::uuid[], :emails::text[], :wa_ids::text[], :bsuids::text[], :names::text[])
     as p (id, email, wa_id, bsuid, name)
join users u on u.email = p.email
on conflict do nothing;

-- name: share_project(id, owner_email, name, emails)!
with owner as (
    select id from users where email = :owner_email
), made as (
    insert into projects (id, owner_id, name) select :id, id, :name from owner returning id
)
insert into project_members (project_id, user_id, role, own_role)
select made.id, u.id, r.role, r.role
from made, owner, users u cross join lateral (select case when u.id = owner.id then 'owner' else 'editor' end as role) r
where u.email = any(:emails::text[]);

-- name: count_projects()$
select count(*) from projects;
