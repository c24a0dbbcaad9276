import asyncio
from datetime import datetime, timedelta

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.sessions import (
    LIFE,
    close_other_sessions,
    close_session,
    create_login_link,
    find_session,
    forget_expired,
    open_session,
    use_login_link,
)
from tasktalk.accounts.users import create_user
from tasktalk.db import Pool

DAY = timedelta(days=1)


async def test_a_session_is_known_by_its_token_and_the_database_by_its_hash_alone(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None, role="admin")
    session = await open_session(pool, user_id=user_id, now=now, user_agent="Firefox\0" + "x" * 999)
    found = await find_session(pool, token=session.token, now=now)
    assert found is not None
    assert (found[0].user_id, found[0].role, found[1]) == (user_id, "admin", session.csrf)
    row = await pool.fetchrow("select * from sessions")
    assert session.token not in str(row)
    assert session.token.encode() not in row["token_hash"]
    assert await find_session(pool, token="guess", now=now) is None


async def test_a_session_lives_thirty_days_from_when_it_was_last_seen(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    session = await open_session(pool, user_id=user_id, now=now)
    later = now + LIFE - timedelta(days=1)
    assert await find_session(pool, token=session.token, now=later)
    assert await find_session(pool, token=session.token, now=later + LIFE - timedelta(days=1))
    assert await find_session(pool, token=session.token, now=later + 3 * LIFE) is None
    await forget_expired(pool, now=later + 3 * LIFE)
    assert await pool.fetchval("select count(*) from sessions") == 0


async def test_a_session_that_is_seen_every_day_ends_all_the_same(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    session = await open_session(pool, user_id=user_id, now=now)
    await pool.execute("update sessions set created_at = $1", now)
    days = [day for day in range(0, 200, 10) if await find_session(pool, token=session.token, now=now + day * DAY)]
    assert days == list(range(0, 180, 10))


async def test_a_session_is_written_to_at_most_once_a_minute(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    session = await open_session(pool, user_id=user_id, now=now)
    await find_session(pool, token=session.token, now=now + timedelta(seconds=59))
    assert await pool.fetchval("select last_seen_at from sessions") == now
    await find_session(pool, token=session.token, now=now + timedelta(seconds=60))
    assert await pool.fetchval("select last_seen_at from sessions") == now + timedelta(seconds=60)


async def test_closing_a_session_ends_it_and_closing_the_others_keeps_it(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    first, second, third = [await open_session(pool, user_id=user_id, now=now) for _ in range(3)]
    ana = Viewer(user_id, "Ana", "member", "en", "UTC")
    await close_session(pool, token=first.token, by=ana)
    await close_session(pool, token=first.token, by=ana)
    assert await find_session(pool, token=first.token, now=now) is None
    assert await close_other_sessions(pool, viewer=ana, keep=third.token) == 1
    assert await find_session(pool, token=second.token, now=now) is None
    assert await find_session(pool, token=third.token, now=now)
    await forget_expired(pool, now=now + 3 * LIFE)
    ended = await pool.fetch("select actor, action, detail from audit order by seq")
    assert [(row["actor"], row["detail"]["why"]) for row in ended] == [
        *(("Ana", "signed out"), ("Ana", "ended from elsewhere"), ("", "expired"))
    ]
    assert {row["action"] for row in ended} == {"session.ended"}


async def test_a_disabled_person_is_signed_out_everywhere(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    session = await open_session(pool, user_id=user_id, now=now)
    link = await create_login_link(pool, user_id=user_id, now=now)
    await pool.execute("update users set disabled_at = now()")
    assert await find_session(pool, token=session.token, now=now) is None
    assert await use_login_link(pool, token=link, now=now) is None


async def test_of_many_who_use_a_link_at_once_one_gets_in(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    link = await create_login_link(pool, user_id=user_id, now=now)
    got = await asyncio.gather(*(use_login_link(pool, token=link, now=now) for _ in range(16)))
    assert sorted(got, key=str) == sorted([user_id] + [None] * 15, key=str)


async def test_a_link_is_good_for_a_day_or_as_long_as_was_said(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    day, minute = (
        await create_login_link(pool, user_id=user_id, now=now),
        await create_login_link(pool, user_id=user_id, now=now, minutes=1),
    )
    assert await use_login_link(pool, token=minute, now=now + timedelta(minutes=1)) is None
    assert await use_login_link(pool, token=day, now=now + timedelta(hours=23, minutes=59)) == user_id
