-- name: insert_user(id, name, email, role, password, language, timezone)$
insert into users (id, name, email, role, password, language, timezone)
values (:id, :name, :email, :role, :password, :language, :timezone)
on conflict (email) do nothing
returning id;

-- name: find_user(id)^
select id, name, email, role, password is not null as has_password,
       totp_since is not null as has_two_factor, language, timezone, created_at, disabled_at
from users where id = :id;

-- name: find_user_by_email(email)^
select id, name, email, role, password is not null as has_password,
       totp_since is not null as has_two_factor, language, timezone, created_at, disabled_at
from users where email = :email;

-- name: list_users()
select id, name, email, role, password is not null as has_password,
       totp_since is not null as has_two_factor, language, timezone, created_at, disabled_at
from users order by id;

-- name: list_languages()
select language from users where disabled_at is null union select 'en' order by language;

-- name: find_viewer(id)^
select id as user_id, name, role, language, timezone from users where id = :id and disabled_at is null;

-- name: find_password(email)^
select id as user_id, name, role, language, timezone, password from users where email = :email and disabled_at is null;

-- name: get_password(id)$
select password from users where id = :id and disabled_at is null;

-- name: set_password(id, password)$
update users set password = :password where id = :id returning id;

-- name: change_user(id, name, language, timezone)$
update users set
    name = coalesce(:name, name), language = coalesce(:language, language), timezone = coalesce(:timezone, timezone)
where id = :id
returning id;

-- name: insert_session(token_hash, user_id, csrf, now, expires_at, user_agent)!
insert into sessions (token_hash, user_id, csrf, created_at, last_seen_at, expires_at, user_agent)
values (:token_hash, :user_id, :csrf, :now, :now, :expires_at, :user_agent);

-- name: find_session(token_hash, now)^
select s.csrf, s.last_seen_at, u.id as user_id, u.name, u.role, u.language, u.timezone
from sessions s join users u on u.id = s.user_id
where s.token_hash = :token_hash and s.expires_at > :now and u.disabled_at is null;

-- name: touch_session(token_hash, now, expires_at, longest)!
-- However often it is seen, one day somebody signs in anew.
update sessions set last_seen_at = :now, expires_at = least(:expires_at, created_at + :longest::interval)
where token_hash = :token_hash;

-- name: delete_session(token_hash)$
delete from sessions where token_hash = :token_hash returning user_id;

-- name: delete_other_sessions(user_id, keep)$
with gone as (delete from sessions where user_id = :user_id and token_hash <> :keep returning 1)
select count(*) from gone;

-- name: list_sessions(user_id, here, now)
-- The first half of the hash names a session, for whoever ends it: it opens nothing.
select encode(substring(token_hash for 16), 'hex')::uuid as id, user_agent, created_at, last_seen_at,
       token_hash = :here as is_here
from sessions where user_id = :user_id and expires_at > :now
order by is_here desc, last_seen_at desc, id limit 200;

-- name: end_session(user_id, id)$
delete from sessions where user_id = :user_id and encode(substring(token_hash for 16), 'hex')::uuid = :id::uuid
returning true;

-- name: delete_expired(now)
with links as (delete from login_links where expires_at < :now),
     steps as (delete from sign_in_steps where expires_at < :now),
     over as (delete from sessions where expires_at < :now returning user_id)
select user_id, count(*) as sessions from over group by user_id order by user_id;

-- name: insert_login_link(token_hash, user_id, now, expires_at)!
insert into login_links (token_hash, user_id, created_at, expires_at)
values (:token_hash, :user_id, :now, :expires_at);

-- name: use_login_link(token_hash, now)$
update login_links l set used_at = :now
from users u
where l.token_hash = :token_hash and l.used_at is null and l.expires_at > :now
  and u.id = l.user_id and u.disabled_at is null
returning l.user_id;

-- name: insert_token(id, user_id, name, token_hash, scopes)!
insert into api_tokens (id, user_id, name, token_hash, scopes) values (:id, :user_id, :name, :token_hash, :scopes);

-- name: find_token(token_hash)^
select t.id, t.scopes, t.last_used_at, u.id as user_id, u.name, u.role, u.language, u.timezone
from api_tokens t join users u on u.id = t.user_id
where t.token_hash = :token_hash and t.revoked_at is null and u.disabled_at is null;

-- name: find_revoked_token(token_hash)$
select id from api_tokens where token_hash = :token_hash;

-- name: touch_token(id, now)!
update api_tokens set last_used_at = :now where id = :id;

-- name: list_tokens(user_id)
select id, name, scopes, created_at, last_used_at
from api_tokens where user_id = :user_id and revoked_at is null order by id;

-- name: revoke_token(id, user_id, now)$
update api_tokens set revoked_at = :now
where id = :id and user_id = :user_id and revoked_at is null
returning id;

-- name: list_users_after(after, limit)
select id, name, email, role, password is not null as has_password,
       totp_since is not null as has_two_factor, language, timezone, created_at, disabled_at
from users where :after::uuid is null or id > :after order by id limit :limit;

-- name: lock_owners()
select id from users where role = 'owner' and disabled_at is null order by id for update;

-- name: administer_user(id, name, role, disabled_at)!
update users set name = :name, role = :role, disabled_at = :disabled_at where id = :id;

-- name: shut_out(id, now)$
with tokens as (update api_tokens set revoked_at = :now where user_id = :id and revoked_at is null),
     links as (delete from login_links where user_id = :id),
     steps as (delete from sign_in_steps where user_id = :id),
     over as (delete from sessions where user_id = :id returning 1)
select count(*) from over;
