-- name: count_feeds(owner_id)$
-- Locks the person, so that two requests do not each make the last one.
select (select count(*) from feeds where owner_id = u.id) from users u where u.id = :owner_id for update;

-- name: insert_feed(id, owner_id, name, token_hash, kind, project_id, filter, alarms, at)!
insert into feeds (id, owner_id, name, token_hash, kind, project_id, filter, alarms, created_at, updated_at)
values (:id, :owner_id, :name, :token_hash, :kind, :project_id, :filter, :alarms, :at, :at);

-- name: list_feeds(owner_id)
select f.*, p.name as project from feeds f left join projects p on p.id = f.project_id where f.owner_id = :owner_id order by f.id;

-- name: find_feed(id, owner_id)^
select f.*, p.name as project from feeds f left join projects p on p.id = f.project_id
where f.id = :id and f.owner_id = :owner_id;

-- name: lock_feed(id, owner_id)$
select version from feeds where id = :id and owner_id = :owner_id for no key update;

-- name: change_feed(id, name, kind, project_id, filter, alarms, at)!
update feeds set name = :name, kind = :kind, project_id = :project_id, filter = :filter, alarms = :alarms,
    version = version + 1, updated_at = :at
where id = :id;

-- name: rotate_token(id, token_hash, at)!
update feeds set token_hash = :token_hash, version = version + 1, updated_at = :at, last_read_at = null where id = :id;

-- name: delete_feed(id)!
delete from feeds where id = :id;

-- name: find_by_token(token_hash)^
select f.*, p.name as project, u.id as user_id, u.name as user_name, u.role, u.language, u.timezone,
       coalesce(r.day_starts, '09:00') as day_starts
from feeds f join users u on u.id = f.owner_id
left join projects p on p.id = f.project_id
left join preferences r on r.user_id = u.id
where f.token_hash = :token_hash and u.disabled_at is null;

-- name: touch_feed(id, at, before)!
update feeds set last_read_at = :at where id = :id and (last_read_at is null or last_read_at < :before);

-- name: list_in_project(project_id, limit)
-- Ids alone: who may see them is asked when they are read.
select id from tasks
where project_id = :project_id::uuid and status = 'open' and deleted_at is null
order by coalesce(due_on, date '9999-12-31'), due_time, id limit :limit::int;

-- name: read_clocks(ids)
-- What a task as it is shown does not say of its time.
select id, due_at, due_zone, due_floats_with, series_on, series_time from tasks where id = any(:ids::uuid[]);

-- name: read_alarms(user_id, ids)
select task_id, offset_seconds, ring_at from reminders
where user_id = :user_id::uuid and task_id = any(:ids::uuid[]) and ring_at is not null order by task_id, ring_at, id;
