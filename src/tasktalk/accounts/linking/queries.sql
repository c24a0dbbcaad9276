-- name: lock_user(id)$
-- So that of two new codes at once one voids the other.
select id from users where id = :id and disabled_at is null for no key update;

-- name: void_codes(user_id)!
delete from link_codes where user_id = :user_id and used_at is null;

-- name: add_code(code_hash, user_id, now, expires_at)!
insert into link_codes (code_hash, user_id, created_at, expires_at) values (:code_hash, :user_id, :now, :expires_at);

-- name: use_code(code_hashes, contact_id, now)^
-- Of two phones that send it at once one waits for the other, and finds it used.
update link_codes l set used_at = :now, contact_id = :contact_id
from users u
where l.code_hash = any(:code_hashes::bytea[]) and l.used_at is null and l.expires_at > :now
  and u.id = l.user_id and u.disabled_at is null
returning u.id as user_id, u.name, u.role, u.language, u.timezone;

-- name: lock_tries(id)^
select integration_id, wrong_codes, wrong_code_at from contacts where id = :id for no key update;

-- name: note_wrong_code(id, wrong_codes, wrong_code_at)!
update contacts set wrong_codes = :wrong_codes, wrong_code_at = :wrong_code_at where id = :id;

-- name: link(id, user_id, linked_by, now)^
-- Nothing where it is somebody else's: theirs first has to be taken away.
update contacts
set user_id = :user_id, linked_at = :now, linked_by = :linked_by, suspended_at = null, suspended_why = null,
    wrong_codes = 0, wrong_code_at = null, ignored_at = null
where id = :id and (user_id is null or user_id = :user_id or suspended_at is not null)
returning integration_id;

-- name: link_phone(id, integration_id, wa_id, user_id, now)^
-- A phone by its number, seen before or not; nothing where it is somebody else's.
insert into contacts (id, integration_id, wa_id, user_id, linked_at, linked_by)
values (:id, :integration_id, :wa_id, :user_id, :now, 'admin')
on conflict (integration_id, wa_id) do update
set user_id = excluded.user_id, linked_at = excluded.linked_at, linked_by = 'admin', suspended_at = null,
    suspended_why = null, wrong_codes = 0, wrong_code_at = null, ignored_at = null
where contacts.user_id is null or contacts.user_id = excluded.user_id or contacts.suspended_at is not null
returning id;

-- name: unlink(id, user_id, integration_id)^
-- Theirs, or anybody's of the integration. What waits to be told there is not told there any more.
with gone as (
    update contacts c
    set user_id = null, linked_at = null, linked_by = null, suspended_at = null, suspended_why = null
    from contacts was
    where c.id = :id and was.id = c.id and c.user_id is not null
      and (:user_id::uuid is null or c.user_id = :user_id)
      and (:integration_id::uuid is null or c.integration_id = :integration_id)
    returning c.id, was.user_id, c.integration_id
), hushed as (
    update outbox set state = 'refused', finished_at = now(), error = 'This phone is not linked any more.'
    where contact_id = any(array(select id from gone)) and state = 'waiting' and kind in ('notice', 'document')
)
select user_id, integration_id from gone;

-- name: suspend(id, why, now)^
with gone as (
    update contacts set suspended_at = :now, suspended_why = :why
    where id = :id and user_id is not null and suspended_at is null
    returning id, user_id, integration_id
), hushed as (
    update outbox set state = 'refused', finished_at = now(), error = 'This phone may be somebody else''s now.'
    where contact_id = any(array(select id from gone)) and state = 'waiting' and kind in ('notice', 'document')
)
select user_id, integration_id from gone;

-- name: resume(id)^
update contacts set suspended_at = null, suspended_why = null where id = :id and suspended_at is not null
returning user_id, integration_id;

-- name: list_own_phones(user_id)
select c.id, c.wa_id, c.username, c.profile_name, c.last_seen_at, c.linked_at, c.suspended_at, c.suspended_why,
       i.id as integration_id, i.display_phone_number
from contacts c join integrations i on i.id = c.integration_id
where c.user_id = :user_id order by c.id;

-- name: find_integration(id)$
-- Also one that is switched off: its phones are still somebody's.
select id from integrations where id = :id;

-- name: find_number(id)$
-- The digits to write to: of this integration, or of the first that has some.
select n.digits
from integrations i cross join lateral (select regexp_replace(i.display_phone_number, '[^0-9]', '', 'g') as digits) as n
where i.disabled_at is null and n.digits <> '' and (:id::uuid is null or i.id = :id)
order by i.id limit 1;

-- name: list_mappings(integration_id, id, after, limit)
select c.id, c.user_id, u.name as user_name, u.disabled_at is not null as disabled, c.wa_id, c.username,
       c.profile_name, coalesce(c.bsuid not like 'gone:%', false) as has_bsuid, c.first_seen_at, c.last_seen_at,
       c.window_until, c.linked_at, c.linked_by, c.suspended_at, c.suspended_why
from contacts c join users u on u.id = c.user_id
where c.integration_id = :integration_id and (:id::uuid is null or c.id = :id)
  and (:after::uuid is null or c.id > :after)
order by c.id limit :limit;

-- name: find_similar(integration_id, wa_ids)
-- Those who have written from one of these numbers.
select id, wa_id from contacts where integration_id = :integration_id and wa_id = any(:wa_ids::text[]);

-- name: list_strangers(integration_id, ignored, before, limit)
select id, wa_id, username, profile_name, coalesce(bsuid not like 'gone:%', false) as has_bsuid, first_seen_at,
       last_seen_at, messages, ignored_at
from contacts
where integration_id = :integration_id and user_id is null and last_seen_at is not null
  and (ignored_at is not null) = :ignored and (:before::uuid is null or id < :before)
order by id desc limit :limit;

-- name: ignore(id, integration_id, now)$
update contacts set ignored_at = :now
where id = :id and integration_id = :integration_id and user_id is null and last_seen_at is not null returning id;

-- name: find_contact(id, integration_id)$
select id from contacts where id = :id and integration_id = :integration_id;
