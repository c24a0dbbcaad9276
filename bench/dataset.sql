-- 2,000 projects and `bench.tasks` tasks for the people who are there: half of both are the first member's, the rest
-- everybody's alike.
-- What a task is like follows from its number; `pick` makes of it a number below `most` that looks like chance.
create function pg_temp.pick(i int, salt int, most int) returns int language sql immutable
    return (abs(hashint4extended(i, salt) >> 8) % most)::int;

-- A word of three syllables that hardly another task has.
create function pg_temp.word(i int, salt int) returns text language sql immutable
    return (select string_agg(substr('bdfgklmnprstvz', 1 + pg_temp.pick(i, salt + n, 14), 1)
                              || substr('aeiou', 1 + pg_temp.pick(i, salt + n + 10, 5), 1), '') from generate_series(1, 3) n);

create temp table person as
select id, (row_number() over (order by role <> 'member', id) - 1)::int as n, count(*) over ()::int as people from users;
create unique index on person (n);

create temp table place as
select uuidv7() as id, o.id as owner_id, i as n,
       (array['Home', 'Work', 'Garden', 'Move', 'Trip'])[1 + i % 5] || case when i >= 10 then ' ' || i / 10 else '' end as name
from generate_series(0, 1999) i join person o on o.n = case when i % 2 = 0 then 0 else i / 2 % people end;
create unique index on place (n);
insert into projects (id, owner_id, name, position) select id, owner_id, name, n from place;
insert into project_members (project_id, user_id, role, own_role) select id, owner_id, 'owner', 'owner' from place;
insert into project_members (project_id, user_id, role, own_role)
select p.id, m.id, 'editor', 'editor' from place p cross join generate_series(1, 3) k
join person m on m.n = 1 + pg_temp.pick(p.n, k, people - 1) and m.id <> p.owner_id
on conflict do nothing;
insert into sections (id, owner_id, project_id, name, position)
select uuidv7(), p.owner_id, p.id, s.name, s.n from place p cross join (values ('To do', 0), ('Doing', 1), ('Waiting', 2)) s (name, n);
create temp table col as select id, project_id, position::int as n from sections where project_id in (select id from place);
create unique index on col (project_id, n);
analyze person, place, col;

insert into tasks (
    id, owner_id, project_id, title, notes, status, completed_at, priority, due_on, due_time, due_at, due_zone, section_id,
    labels, assignees, position, created_at, updated_at)
select
    uuidv7(), coalesce(p.owner_id, o.id), p.id,
    (array['Call', 'Buy', 'Write', 'Pay', 'Plan', 'Fix', 'Clean', 'Order'])[1 + pg_temp.pick(i, 1, 8)] || ' '
        || (array['the dentist', 'milk and eggs', 'the report', 'the rent', 'our trip', 'the bicycle', 'the café', 'new tyres'])
           [1 + pg_temp.pick(i, 2, 8)] || ' ' || pg_temp.word(i, 100),
    case when pg_temp.pick(i, 3, 3) = 0 then 'Ask about the ' || pg_temp.word(i, 200) || ' and the ' || pg_temp.word(i, 300) || ', and what it costs.'
         else '' end,
    case when done.at is null then 'open' else 'done' end, done.at,
    case when pg_temp.pick(i, 5, 8) < 4 then 1 + pg_temp.pick(i, 5, 8) end,
    due.day, due.hour, (due.day + due.hour) at time zone 'UTC', case when due.hour is not null then 'UTC' end, c.id,
    case pg_temp.pick(i, 6, 8) when 0 then array['calls'] when 1 then array['home', 'café']
         when 2 then array['l' || pg_temp.pick(i, 7, 100)] else '{}' end,
    case when p.id is not null and pg_temp.pick(i, 8, 4) = 0 then array[p.owner_id] else '{}' end,
    i, made.at, made.at
from generate_series(0, current_setting('bench.tasks')::int - 1) i
cross join (select current_setting('bench.tasks')::int / 2 as half) h
-- Even numbers in the first half are the first person's Inbox, the odd ones lie in that person's projects; so on for the others.
left join place p on i % 2 = 1 and p.n = 2 * pg_temp.pick(i, 9, 1000) + case when i < half then 0 else 1 end
join person o on o.n = case when i < half then 0 else 1 + i / 2 % (people - 1) end
cross join lateral (select now() - (2 * half - i) % half * interval '5 minutes' as at) made
cross join lateral (select case when pg_temp.pick(i, 10, 10) < 3 then made.at + interval '2 days' end as at) done
cross join lateral (
    select case when pg_temp.pick(i, 11, 4) > 0 then current_date + pg_temp.pick(i, 12, 400) - 100 end as day,
           case when pg_temp.pick(i, 11, 4) = 1 then time '09:00' + pg_temp.pick(i, 13, 40) * interval '15 minutes' end as hour) due
left join col c on c.project_id = p.id and c.n = pg_temp.pick(i, 14, 4);
update tasks t set parent_id = o.id from tasks o
where t.position::int % 20 = 18 and o.position = t.position - 2 and o.project_id is not distinct from t.project_id and o.owner_id = t.owner_id;
insert into comments (id, task_id, author_id, text)
select uuidv7(), id, owner_id, 'They said that ' || pg_temp.word(position::int, 400) || ' would be fine.' from tasks where pg_temp.pick(position::int, 15, 5) = 0;
insert into attachments (id, task_id, uploader_id, name, mime_type, size, sha256, key)
select uuidv7(), id, owner_id, 'photo.jpg', 'image/jpeg', 1000, '\x00', id::text from tasks where pg_temp.pick(position::int, 16, 50) = 0;
analyze;
