-- name: lock_factor(id)^
-- `for no key update`: whatever refers to the person need not wait.
select name, email, totp_secret, totp_since, totp_step, totp_wrong, totp_wrong_at
from users where id = :id and disabled_at is null for no key update;

-- name: read_factor(id)^
select u.totp_since,
       (select count(*) from recovery_codes c where c.user_id = u.id and c.used_at is null) as recovery_codes
from users u where u.id = :id;

-- name: is_on(id)$
select totp_since is not null from users where id = :id;

-- name: begin_factor(id, sealed)!
update users set totp_secret = :sealed, totp_step = null where id = :id and totp_since is null;

-- name: start_factor(id, now)!
update users set totp_since = :now where id = :id;

-- name: end_factor(id)$
with codes as (delete from recovery_codes where user_id = :id),
     steps as (delete from sign_in_steps where user_id = :id),
     was as (select id from users where id = :id and totp_since is not null)
update users set totp_secret = null, totp_since = null, totp_step = null, totp_wrong = 0, totp_wrong_at = null
where id = :id
returning exists (select from was);

-- name: count_code(id, step)!
update users set totp_step = :step, totp_wrong = 0, totp_wrong_at = null where id = :id;

-- name: count_wrong_code(id, wrong, now)!
update users set totp_wrong = :wrong, totp_wrong_at = :now where id = :id;

-- name: use_recovery_code(id, code_hash, now)$
update recovery_codes set used_at = :now where code_hash = :code_hash and user_id = :id and used_at is null returning true;

-- name: replace_recovery_codes(id, code_hashes)!
with old as (delete from recovery_codes where user_id = :id)
insert into recovery_codes (code_hash, user_id) select each, :id from unnest(:code_hashes::bytea[]) each;

-- name: add_step(token_hash, user_id, way, expires_at)!
insert into sign_in_steps (token_hash, user_id, way, expires_at) values (:token_hash, :user_id, :way, :expires_at);

-- name: find_step(token_hash, now)^
select s.user_id, s.way, u.language from sign_in_steps s join users u on u.id = s.user_id
where s.token_hash = :token_hash and s.expires_at > :now and u.disabled_at is null;

-- name: end_step(token_hash)$
delete from sign_in_steps where token_hash = :token_hash returning true;
