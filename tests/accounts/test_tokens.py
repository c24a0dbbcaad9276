from datetime import datetime, timedelta

import pytest

from tasktalk.accounts.tokens import create_token, find_token, list_tokens, revoke_token
from tasktalk.accounts.users import create_user
from tasktalk.db import Pool
from tasktalk.errors import BadRequest, NotFound


async def test_a_token_opens_until_it_is_revoked(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    token_id, plain = await create_token(pool, user_id=user_id, name="laptop", scopes=["read"])
    assert plain.startswith("tt_")
    assert plain not in str(await pool.fetchrow("select * from api_tokens"))
    found = await find_token(pool, token=plain, now=now)
    assert found is not None
    assert (found[0].user_id, found[1]) == (user_id, {"read"})
    await revoke_token(pool, user_id=user_id, token_id=token_id, now=now)
    assert await find_token(pool, token=plain, now=now) is None
    assert await list_tokens(pool, user_id=user_id) == []
    with pytest.raises(NotFound):
        await revoke_token(pool, user_id=user_id, token_id=token_id, now=now)


async def test_nobody_revokes_another_ones_token(pool: Pool, now: datetime) -> None:
    ana, ben = await create_user(pool, name="Ana", email=None), await create_user(pool, name="Ben", email=None)
    token_id, plain = await create_token(pool, user_id=ana, name="laptop")
    with pytest.raises(NotFound):
        await revoke_token(pool, user_id=ben, token_id=token_id, now=now)
    assert await find_token(pool, token=plain, now=now)


async def test_its_last_use_is_noted_at_most_once_a_minute(pool: Pool, now: datetime) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    _, plain = await create_token(pool, user_id=user_id, name="laptop")
    seen = []
    for seconds in (0, 59, 60):
        await find_token(pool, token=plain, now=now + timedelta(seconds=seconds))
        (token,) = await list_tokens(pool, user_id=user_id)
        assert token.last_used_at is not None
        seen.append((token.last_used_at - now).total_seconds())
    assert seen == [0, 0, 60]


async def test_a_scope_that_does_not_exist_is_refused(pool: Pool) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    with pytest.raises(BadRequest):
        await create_token(pool, user_id=user_id, name="laptop", scopes=["everything"])
