-- name: list_sealed_columns()
-- Every column that may hold a sealed value, and how values of one are taken, looked at whoever holds their rows, and put in
-- another's place. What is sealed begins with the id of its key, so that nobody has to keep a list of where.
select c.table_name || '.' || c.column_name as name,
       format('select ctid as place, %1$I as sealed from %2$I where substring(%1$I for 4) = any($1::bytea[]) '
              'and not (ctid = any($2::tid[])) limit $3 for no key update skip locked',
              c.column_name, c.table_name) as find,
       format('select %1$I as sealed from %2$I where substring(%1$I for 4) = any($1::bytea[])',
              c.column_name, c.table_name) as look,
       format('update %2$I set %1$I = $3 where ctid = $1::tid and %1$I = $2', c.column_name, c.table_name) as replace
from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = current_schema() and c.data_type = 'bytea' and t.table_type = 'BASE TABLE'
order by 1;

-- name: try_lock()$
select pg_try_advisory_lock(hashtext('rotate-key'));

-- name: announce()!
select pg_notify('keys', ''), pg_notify('integrations', '');
