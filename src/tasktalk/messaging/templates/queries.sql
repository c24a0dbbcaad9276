-- name: find_template(integration_id, purpose, languages)^
-- The approved one of that purpose in the first of `languages` that has one, else in any; never what Meta bills as
-- marketing, or will by now.
select id, name, language, purpose, parameter_format, components, samples
from templates
where integration_id = :integration_id and purpose = :purpose and status = 'APPROVED'
  and 'MARKETING' not in (wanted_category, coalesce(category, wanted_category),
                          case when next_category_at <= now() then next_category else '' end)
order by coalesce(array_position(:languages::text[], language), 1000), updated_at desc, id limit 1;

-- name: list_templates(integration_id, after, status, purpose, language, limit)
select * from templates
where integration_id = :integration_id and (:after::uuid is null or id < :after)
  and (:status::text is null or status = :status) and (:purpose::text is null or purpose = :purpose)
  and (:language::text is null or language = :language)
order by id desc limit :limit;

-- name: lock_template(integration_id, id)^
select * from templates where integration_id = :integration_id and id = :id for update;

-- name: lock_told(integration_id, meta_id, name, language)^
-- What Meta speaks of: by its id, or while we do not know that by name and language.
select * from templates
where integration_id = :integration_id
  and (meta_id = :meta_id or (meta_id is null and name = :name and language = :language))
order by meta_id is null limit 1 for update;

-- name: lock_all(integration_id)
select * from templates where integration_id = :integration_id order by id for update;

-- name: add_template(id, integration_id, name, language, purpose, wanted_category, status, parameter_format, components, samples, created_by, at)^
insert into templates (id, integration_id, name, language, purpose, wanted_category, status, parameter_format, components,
                       samples, created_by, created_at, updated_at)
values (:id, :integration_id, :name, :language, :purpose, :wanted_category, :status, :parameter_format, :components,
        :samples, :created_by, :at, :at)
on conflict (integration_id, name, language) do nothing returning *;

-- name: revive(integration_id, names, languages)!
-- What Meta has no more may be handed in again, as it is here.
update templates set status = 'DRAFT', meta_id = null, category = null, next_category = null, next_category_at = null,
                     quality = null, reason = null
where integration_id = :integration_id and status = 'DELETED'
  and name = any(:names::text[]) and language = any(:languages::text[]);

-- name: change_template(id, name, language, purpose, status, parameter_format, components, samples, at)^
update templates
set name = :name, language = :language, purpose = :purpose, status = :status, parameter_format = :parameter_format,
    components = :components, samples = :samples, updated_at = :at
where id = :id returning *;

-- name: save_seen(id, status, category, next_category, next_category_at, quality, reason, meta_id, parameter_format, components, samples, changed, at)!
update templates
set status = :status, category = :category, next_category = :next_category, next_category_at = :next_category_at,
    quality = :quality, reason = :reason, meta_id = :meta_id, parameter_format = :parameter_format,
    components = :components, samples = :samples, synced_at = :at,
    updated_at = case when :changed::bool then :at else updated_at end
where id = :id;

-- name: delete_template(id)!
delete from templates where id = :id;

-- name: find_taken(integration_id, name, language, id)$
select id from templates
where integration_id = :integration_id and name = :name and language = :language and id <> :id;

-- name: add_event(template_id, at, actor_id, event, detail)!
insert into template_events (template_id, at, actor_id, event, detail)
values (:template_id, :at, :actor_id, :event, :detail);

-- name: list_events(template_id, before, limit)
select e.seq, e.at, e.actor_id, u.name as actor, e.event, e.detail
from template_events e left join users u on u.id = e.actor_id
where e.template_id = :template_id and (:before::bigint is null or e.seq < :before)
order by e.seq desc limit :limit;

-- name: find_last_actor(template_id, event)$
select actor_id from template_events where template_id = :template_id and event = :event order by seq desc limit 1;

-- name: list_drifted(integration_id)
-- What Meta put, or will put, into another category than we asked for.
select name, language, coalesce(next_category, category) as category, next_category_at from templates
where integration_id = :integration_id and status not in ('DELETED', 'PENDING_DELETION', 'REJECTED')
  and (category <> wanted_category or next_category <> wanted_category)
order by name, language;

-- name: list_stopped(integration_id)
select name, language, status, reason from templates
where integration_id = :integration_id and purpose is not null
  and status in ('PAUSED', 'DISABLED', 'REJECTED', 'LOCKED', 'LIMIT_EXCEEDED')
order by name, language;

-- name: list_disliked(integration_id)
select name, language from templates
where integration_id = :integration_id and quality = 'RED' and status = 'APPROVED' order by name, language;

-- name: list_due(before)
-- The numbers whose templates were not read since then, or not since one was refused for what it is.
select i.id from integrations i
where i.disabled_at is null and i.waba_id <> ''
  and (i.templates_synced_at is null or i.templates_synced_at < :before
       or exists (select 1 from attempts a join outbox o on o.id = a.outbox_id
                  where o.integration_id = i.id and a.error_code between 132000 and 132018
                    and a.started_at > i.templates_synced_at))
order by i.id;

-- name: set_synced(integration_id, at)!
update integrations set templates_synced_at = :at where id = :integration_id;

-- name: ask_for_sync(integration_id)!
-- They are read in a moment: a worker hears of it when the transaction commits.
with asked as (
    update integrations set templates_synced_at = null where id = :integration_id returning 1
)
select pg_notify('upkeep', 'templates') from asked;

-- name: refuse(template_id, code, at)^
-- Meta refused to send it: paused and switched off are known by that at once, the rest is read from Meta soon.
with changed as (
    update templates set status = case :code::int when 132015 then 'PAUSED' when 132016 then 'DISABLED' else status end,
                         updated_at = :at
    where id = :template_id and status = 'APPROVED' returning id, integration_id, status
), noted as (
    insert into template_events (template_id, at, event, detail)
    select id, :at, 'refused', jsonb_build_object('code', :code::int, 'status', status) from changed
), stale as (
    update integrations set templates_synced_at = null from changed where integrations.id = changed.integration_id
)
select integration_id, pg_notify('upkeep', 'templates') from changed;

-- name: list_refused(outbox_ids)
-- The templates that were refused for what they are, with what Meta said last.
select template_id, max(error_code) as code from outbox
where id = any(:outbox_ids::uuid[]) and template_id is not null and error_code between 132000 and 132018
group by template_id order by template_id;
