-- name: list_integrations()
select id, name, waba_id, phone_number_id, display_phone_number, business_name, app_id, graph_url, per_second
from integrations where disabled_at is null order by id;

-- name: list_credentials()
-- Those in force, newest first: a replaced secret counts until it retires.
select integration_id, kind, sealed, retires_at
from credentials where retires_at is null or retires_at > now() order by created_at desc, id desc;

-- name: save_integration(id, name, waba_id, phone_number_id, display_phone_number, business_name, app_id, graph_url)$
insert into integrations (id, name, waba_id, phone_number_id, display_phone_number, business_name, app_id, graph_url)
values (:id, :name, :waba_id, :phone_number_id, :display_phone_number, :business_name, :app_id, :graph_url)
on conflict (phone_number_id) do update
set name = excluded.name, waba_id = excluded.waba_id, display_phone_number = excluded.display_phone_number,
    business_name = excluded.business_name, app_id = excluded.app_id, graph_url = excluded.graph_url, disabled_at = null
returning id;

-- name: add_integration(id, name, waba_id, phone_number_id, app_id)$
-- Of several processes that start at once each gets the id; the update that changes nothing makes them take turns.
insert into integrations (id, name, waba_id, phone_number_id, app_id)
values (:id, :name, :waba_id, :phone_number_id, :app_id)
on conflict (phone_number_id) do update set phone_number_id = excluded.phone_number_id
returning id;

-- name: retire_credentials(integration_id, kind, retires_at)!
update credentials set retires_at = :retires_at
where integration_id = :integration_id and kind = :kind and retires_at is null;

-- name: add_credential(id, integration_id, kind, sealed)!
insert into credentials (id, integration_id, kind, sealed) values (:id, :integration_id, :kind, :sealed);

-- name: announce()!
select pg_notify('integrations', '');
