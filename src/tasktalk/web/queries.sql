-- name: try_lock_key(user_id, key)$
-- One request at a time; held until its transaction ends.
select pg_try_advisory_xact_lock(hashtextextended(:key, hashtextextended(:user_id::uuid::text, 9)));

-- name: find_answer(user_id, key)^
select fingerprint, status, headers, body from idempotency_keys where user_id = :user_id and key = :key;

-- name: keep_answer(user_id, key, fingerprint, status, headers, body)!
insert into idempotency_keys (user_id, key, fingerprint, status, headers, body)
values (:user_id, :key, :fingerprint, :status, :headers, :body);

-- name: forget_answers(before)$
with gone as (delete from idempotency_keys where created_at < :before returning 1)
select count(*) from gone;
