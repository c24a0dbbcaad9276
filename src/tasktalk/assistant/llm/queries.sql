-- name: spend_request(user_id, on_day, requests, tokens)$
-- One request more of this person's day; false: the day's requests or tokens are spent.
with spent as (
    insert into model_usage as u (user_id, on_day, requests)
    select :user_id::uuid, :on_day::date, 1 where :requests::int > 0 and :tokens::bigint > 0
    on conflict (user_id, on_day) do update set requests = u.requests + 1
    where u.requests < :requests::int and u.input_tokens + u.output_tokens < :tokens::bigint
    returning 1
)
select exists (select 1 from spent);

-- name: add_usage(user_id, on_day, requests, input_tokens, output_tokens)!
update model_usage
set requests = requests + :requests::int, input_tokens = input_tokens + :input_tokens::bigint,
    output_tokens = output_tokens + :output_tokens::bigint
where user_id = :user_id::uuid and on_day = :on_day::date;

-- name: forget_usage(before)$
with gone as (delete from model_usage where on_day < :before::date returning 1)
select count(*) from gone;
