-- name: list_integrations(disabled)
select id, name, waba_id, phone_number_id, display_phone_number, business_name, app_id, graph_url, per_second
from integrations where disabled_at is null or :disabled::bool order by id;

-- name: list_credentials()
-- Those in force, newest first: a replaced secret counts until it retires.
-- `renewed_at`: since when it counts as new.
select c.integration_id, c.kind, c.sealed, c.retires_at, greatest(c.created_at, i.registered_at) as renewed_at
from credentials c join integrations i on i.id = c.integration_id
where c.retires_at is null or c.retires_at > now() order by c.created_at desc, c.id desc;

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

-- name: show_integrations(id)
-- One, or all where `id` is null, those that are switched off too; of secrets only since when there is one, and until
-- when the one before it counts.
select i.id, i.name, i.waba_id, i.phone_number_id, i.display_phone_number, i.business_name, i.app_id, i.graph_url,
       i.per_second, i.number, i.token, i.monthly_budget, i.currency, i.created_at, i.checked_at, i.delivered_at,
       i.disabled_at,
       (select coalesce(jsonb_object_agg(c.kind, jsonb_build_object('set_at', c.set_at, 'old_until', c.old_until)), '{}')
        from (select kind, max(created_at) filter (where retires_at is null) as set_at,
                     max(retires_at) filter (where retires_at > now()) as old_until
              from credentials where integration_id = i.id group by kind) as c
        where c.set_at is not null) as credentials,
       (select count(*) from findings f
        where f.integration_id = i.id and f.resolved_at is null and f.severity = 'critical') as critical,
       (select count(*) from findings f
        where f.integration_id = i.id and f.resolved_at is null and f.severity = 'warning') as warnings
from integrations i where :id::uuid is null or i.id = :id order by i.id;

-- name: make_integration(id, name, waba_id, phone_number_id, display_phone_number, business_name, app_id, graph_url)$
insert into integrations (id, name, waba_id, phone_number_id, display_phone_number, business_name, app_id, graph_url)
values (:id, :name, :waba_id, :phone_number_id, :display_phone_number, :business_name, :app_id, :graph_url)
on conflict (phone_number_id) do nothing returning id;

-- name: lock_integration(id)^
select disabled_at from integrations where id = :id for no key update;

-- name: find_number(phone_number_id, id)$
-- Another integration with this number.
select id from integrations where phone_number_id = :phone_number_id and id <> :id;

-- name: change_integration(id, name, waba_id, phone_number_id, display_phone_number, business_name, app_id, graph_url, monthly_budget, currency, disabled_at)!
update integrations
set name = :name, waba_id = :waba_id, phone_number_id = :phone_number_id, display_phone_number = :display_phone_number,
    business_name = :business_name, app_id = :app_id, graph_url = :graph_url, monthly_budget = :monthly_budget,
    currency = :currency, disabled_at = :disabled_at
where id = :id;

-- name: learn_app(id, app_id)!
update integrations set app_id = :app_id where id = :id and app_id = '';

-- name: open_finding(id, integration_id, kind, severity, detail, now)$
-- Answers whether it is new, or has become worse than it was.
select open_finding(:id, :integration_id, :kind, :severity, :detail, :now);

-- name: resolve_findings(integration_id, kinds, now)
update findings set resolved_at = :now
where integration_id is not distinct from :integration_id::uuid and kind = any(:kinds::text[]) and resolved_at is null
returning kind;

-- name: list_findings(integration_id, after, with_resolved, limit)
-- Newest first; those that are over only when asked for.
select id, kind, severity, detail, found_at, seen_at, resolved_at from findings
where integration_id = :integration_id and (:with_resolved::bool or resolved_at is null)
  and (:after::uuid is null or id < :after)
order by id desc limit :limit;

-- name: dismiss_finding(integration_id, id, now)^
-- Nobody is told that it is over: an administrator has seen it, and it may not be.
update findings set resolved_at = coalesce(resolved_at, :now), end_told_at = coalesce(end_told_at, :now)
where integration_id = :integration_id and id = :id returning kind;

-- name: lock_number(id)^
select number, per_second from integrations where id = :id for no key update;

-- name: tell_number(id, number, per_second)!
update integrations set number = :number, per_second = coalesce(:per_second, per_second) where id = :id;
