"""API tokens: `tt_…`, shown once, stored as hashes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tasktalk.accounts.access import Viewer, viewer_of
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.users import check_name
from tasktalk.crypto import hash_token, new_token
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Forbidden, NotFound
from tasktalk.ids import new_id

Q = queries(__file__)

SCOPES = {
    "read": "look at tasks and projects",
    "write": "look at and change tasks and projects",
    "admin": "manage users, numbers and workers, where its person may",
}
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its person's list shows it."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None


class Shown(NamedTuple):
    """Whose a token is that somebody shows, what it may do, and which it is."""

    viewer: Viewer
    scopes: frozenset[str]
    id: UUID


async def create_token(conn: Conn, *, user_id: UUID, name: str, scopes: Sequence[str] = ()) -> tuple[UUID, str]:
    """The token's id and its plain text, which nobody can ask for again. No scopes: all that its person may do."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise BadRequest(f"There is no scope {unknown[0]!r}; there are {', '.join(SCOPES)}.", field="scopes")
    token_id, plain = new_id(), new_token("tt_")
    await Q.insert_token(
        conn, id=token_id, user_id=user_id, name=check_name(name), token_hash=hash_token(plain), scopes=list(scopes)
    )
    return token_id, plain


async def make_own_token(conn: Conn, *, viewer: Viewer, name: str, scopes: Sequence[str]) -> tuple[UUID, str]:
    """As `create_token`, by its person; audited."""
    token_id, plain = await create_token(conn, user_id=viewer.user_id, name=name, scopes=scopes)
    detail = {"name": check_name(name), "scopes": list(scopes)}
    await record(conn, by=viewer, action="token.created", subject="token", subject_id=token_id, detail=detail)
    return token_id, plain


def check_may_grant(scopes: Collection[str], *, own: Collection[str]) -> None:
    """Raises Forbidden where a token with the scopes `own` would make one that may do more; none: everything."""
    if not own:
        return
    granted = {*own, "read"} if "write" in own else {*own}
    if not scopes or not granted.issuperset(scopes):
        raise Forbidden("A token makes none that may do more than itself.", field="scopes", granted=sorted(granted))


async def find_token(conn: Conn, *, token: str, now: datetime) -> Shown | None:
    """The token's person and its scopes (empty: all); None when unknown, revoked, or the person is disabled."""
    row = await Q.find_token(conn, token_hash=hash_token(token))
    if row is None:
        return None
    if row["last_used_at"] is None or now - row["last_used_at"] >= _TOUCH_EVERY:
        await Q.touch_token(conn, id=row["id"], now=now)
    return Shown(viewer_of(row), frozenset(row["scopes"]), row["id"])


async def find_revoked(conn: Conn, *, token: str) -> UUID | None:
    """The id of a token that was revoked, or whose person is shut out, when it is shown again."""
    found: UUID | None = await Q.find_revoked_token(conn, token_hash=hash_token(token))
    return found


async def list_tokens(conn: Conn, *, user_id: UUID) -> list[Token]:
    """The person's tokens that still open something, oldest first."""
    return [
        Token(row["id"], row["name"], tuple(row["scopes"]), row["created_at"], row["last_used_at"])
        async for row in Q.list_tokens(conn, user_id=user_id)
    ]


async def revoke_token(conn: Conn, *, user_id: UUID, token_id: UUID, now: datetime) -> None:
    """From now on it opens nothing. Raises NotFound unless it is a live token of this person."""
    if await Q.revoke_token(conn, id=token_id, user_id=user_id, now=now) is None:
        raise NotFound("There is no such token.")


async def revoke_own_token(conn: Conn, *, viewer: Viewer, token_id: UUID, now: datetime) -> None:
    """As `revoke_token`, by its person; audited."""
    await revoke_token(conn, user_id=viewer.user_id, token_id=token_id, now=now)
    await record(conn, by=viewer, action="token.revoked", subject="token", subject_id=token_id)
