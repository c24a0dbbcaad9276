"""Between the first proof at sign-in and the second: who owes a code, for ten minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tasktalk.accounts.two_factor.factor import Q
from tasktalk.crypto import hash_token, new_token
from tasktalk.db import Conn

LIFE = timedelta(minutes=10)

Way = Literal["password", "link"]


@dataclass(frozen=True, slots=True)
class Step:
    """Whose sign-in waits, and how it began."""

    user_id: UUID
    way: Way
    language: str


async def begin_step(conn: Conn, *, user_id: UUID, way: Way, now: datetime) -> str:
    """The token that says so, for a cookie; it opens nothing."""
    token = new_token()
    await Q.add_step(conn, token_hash=hash_token(token), user_id=user_id, way=way, expires_at=now + LIFE)
    return token


async def find_step(conn: Conn, *, token: str, now: datetime) -> Step | None:
    """None when it is unknown or over."""
    row = await Q.find_step(conn, token_hash=hash_token(token), now=now)
    return None if row is None else Step(row["user_id"], row["way"], row["language"])


async def end_step(conn: Conn, *, token: str) -> bool:
    """The second proof came; of two at once, one gets in."""
    return bool(await Q.end_step(conn, token_hash=hash_token(token)))
