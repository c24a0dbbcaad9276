-- What a turn needs from outside: files, heard words, a model's reading; questions that are open.

-- A message whose turn needs something is set aside: `needs` says what, its lane waits behind it, and at `next_try_at` it is
-- handled without. Whoever works at it has its `token`, until `taken_until`. What was made ready lies in `prepared`.
alter table inbox
    add column needs text,
    add column prepared jsonb,
    add column token uuid,
    add column taken_until timestamptz;
create index inbox_needs on inbox (seq) where state = 'waiting' and needs is not null;
