-- name: find_contact(integration_id, wa_id, bsuid)^
select id, wa_id, bsuid, window_until from contacts
where integration_id = :integration_id and (wa_id = :wa_id or bsuid = :bsuid)
order by bsuid is null limit 1;

-- name: add_contact(id, integration_id, wa_id)!
insert into contacts (id, integration_id, wa_id) values (:id, :integration_id, :wa_id) on conflict do nothing;

-- name: open_trial(id, integration_id, contact_id, message, now)!
-- On its way already: no sender takes it.
with opened as (
    insert into attempts (outbox_id, number, started_at) values (:id, 1, :now)
)
insert into outbox (id, integration_id, contact_id, kind, message, state, attempts, sending_at)
values (:id, :integration_id, :contact_id, 'test', :message, 'sending', 1, :now);

-- name: get_trial(id)^
select status, error_code, error from outbox where id = :id;
