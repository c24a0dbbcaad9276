-- name: count_finished(viewer, since, until)
select (select count(*) from finished_by(:viewer::uuid, s.since, s.until)) as done
from unnest(:since::timestamptz[], :until::timestamptz[]) with ordinality as s (since, until, place) order by s.place;

-- name: list_finished(viewer, since, until, project_id, rows)
select f.task_id as id, f.at, count(*) over () as total
from finished_by(:viewer::uuid, :since::timestamptz, :until::timestamptz) f
where :project_id::uuid is null or f.project_id = :project_id::uuid
order by f.at desc, f.task_id limit :rows::int;

-- name: find_busiest(viewer, since, until)^
select p.name, count(*) as done
from finished_by(:viewer::uuid, :since::timestamptz, :until::timestamptz) f join projects p on p.id = f.project_id
group by p.id, p.name order by done desc, p.name limit 1;

-- name: list_idle_days(viewer, today, zone, days)
-- The days without anything done, by how long ago they are. It is the viewer's own doing, wherever that was.
select ago from generate_series(0, :days::int - 1) ago
where not exists (
    select from journal j
    where j.actor_id = :viewer::uuid and j.subject = 'task' and j.verb = 'completed' and j.undone_at is null
      and j.at >= (:today::date - ago)::timestamp at time zone :zone::text
      and j.at < (:today::date - ago + 1)::timestamp at time zone :zone::text);

-- name: count_created(viewer, since)$
-- The journal is in the order of time: what is older than the newest row before `since` need not be read.
select count(distinct j.subject_id) from journal j join tasks t on t.id = j.subject_id and t.deleted_at is null
where j.actor_id = :viewer::uuid and j.subject = 'task' and j.verb = 'created' and j.undone_at is null
  and j.at >= :since::timestamptz
  and j.seq > coalesce((select o.seq from journal o where o.actor_id = :viewer::uuid and o.at < :since::timestamptz
                        order by o.seq desc limit 1), 0);
