-- name: learn_number(id, number, token, per_second, display_phone_number, checked_at)!
-- What Meta said when it was asked; null: it did not.
update integrations
set number = number || coalesce(:number::jsonb, '{}'),
    token = coalesce(:token::jsonb, token),
    per_second = coalesce(:per_second, per_second),
    display_phone_number = coalesce(nullif(display_phone_number, ''), :display_phone_number, ''),
    checked_at = :checked_at
where id = :id;

-- name: get_arrivals(id)^
-- Since when it is here, and when something last came for it.
select created_at, delivered_at from integrations where id = :id;

-- name: note_registered(id, at)!
-- Whoever sends for it begins anew at once.
with noted as (
    update integrations set registered_at = :at where id = :id returning 1
)
select pg_notify('integrations', '') from noted;

-- name: announce()!
select pg_notify('integrations', '');
