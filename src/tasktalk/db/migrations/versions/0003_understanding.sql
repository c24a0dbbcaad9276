-- What a turn needs from outside: files, heard words, a model's reading; questions that are open.

-- A message whose turn needs something is set aside: `needs` says what, its lane waits behind it, and at `next_try_at` it is
-- handled without. Whoever works at it has its `token`, until `taken_until`. What was made ready lies in `prepared`.
alter table inbox
    add column needs text,
    add column prepared jsonb,
    add column token uuid,
    add column taken_until timestamptz;
create index inbox_needs on inbox (seq) where state = 'waiting' and needs is not null;

-- What `who` finished from `since` on, before `until` (null: without end), and still sees. A repeating task counts each time;
-- any other once, and only if it was not opened again.
create index journal_finished on journal (actor_id, at) where subject = 'task' and verb = 'completed' and undone_at is null;
create function finished_by(who uuid, since timestamptz, until timestamptz)
returns table (task_id uuid, project_id uuid, at timestamptz) language sql stable as $$
    select t.id, t.project_id, f.at
    from (
        select distinct on (j.subject_id, case when j.after ->> 'status' = 'open' then j.change_set end)
               j.subject_id, j.at, j.after ->> 'status' = 'open' as again
        from journal j
        where j.actor_id = who and j.subject = 'task' and j.verb = 'completed' and j.undone_at is null
          and j.at >= since and j.at < coalesce(until, 'infinity')
        order by j.subject_id, case when j.after ->> 'status' = 'open' then j.change_set end, j.at desc) f
    -- One by one: these are few among the tasks of everybody, which PostgreSQL would rather read whole.
    cross join lateral (
        select t.id, t.project_id from tasks t
        where t.id = f.subject_id and t.deleted_at is null and (f.again or t.status = 'done')
          and case when t.project_id is null then t.owner_id = who
              else exists (select from project_members m join projects p on p.id = m.project_id and p.deleted_at is null
                           where m.project_id = t.project_id and m.user_id = who) end
        offset 0) t
$$;

-- A language model: the last exchanges, kept only while one is configured, and what each person's day took of it.
alter table dialogues add column recent jsonb not null default '[]';
create table model_usage (
    user_id       uuid not null references users on delete cascade,
    on_day        date not null,                                   -- the person's own
    requests      integer not null default 0,
    input_tokens  bigint not null default 0,
    output_tokens bigint not null default 0,
    primary key (user_id, on_day)
);

-- The list a person is looking at, and where it goes on ("more").
alter table dialogues add column page text;

-- What a person and the assistant are talking about, more finely: since when one task is in focus, or the several that were
-- spoken of together, and the questions that are open, one of a kind: {"which": {"id", "at", …}, "sure": …}.
alter table dialogues
    drop column pending,
    add column focus_at timestamptz,
    add column together uuid[] not null default '{}',
    add column asked jsonb not null default '{}';
