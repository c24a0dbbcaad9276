"""Sessions of the console, and links that open one. The database knows their hashes alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tasktalk.accounts.access import Viewer, viewer_of
from tasktalk.accounts.audit.audit import record
from tasktalk.crypto import hash_token, new_token
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import NotFound

Q = queries(__file__)

LIFE = timedelta(days=30)  # since last seen
LONGEST = timedelta(days=180)  # since signing in
LINK_MINUTES = 24 * 60
_TOUCH_EVERY = timedelta(minutes=1)
_LONGEST_USER_AGENT = 200


@dataclass(frozen=True, slots=True)
class Session:
    """`token` goes into the cookie, `csrf` into every form."""

    token: str
    csrf: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its person's list shows it. `is_here`: the one that asks; `id` opens nothing."""

    id: UUID
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    is_here: bool


async def open_session(conn: Conn, *, user_id: UUID, now: datetime, user_agent: str = "") -> Session:
    """A new session that lives until it has not been seen for 30 days."""
    session = Session(new_token(), new_token())
    await Q.insert_session(
        conn,
        token_hash=hash_token(session.token),
        user_id=user_id,
        csrf=session.csrf,
        now=now,
        expires_at=now + LIFE,
        user_agent=user_agent.replace("\0", "")[:_LONGEST_USER_AGENT],
    )
    return session


async def find_session(conn: Conn, *, token: str, now: datetime) -> tuple[Viewer, str] | None:
    """The person and the session's CSRF token; None when unknown, expired, closed, or the person is disabled."""
    key = hash_token(token)
    row = await Q.find_session(conn, token_hash=key, now=now)
    if row is None:
        return None
    if now - row["last_seen_at"] >= _TOUCH_EVERY:
        await Q.touch_session(conn, token_hash=key, now=now, expires_at=now + LIFE, longest=LONGEST)
    return viewer_of(row), row["csrf"]


async def close_session(conn: Conn, *, token: str, by: Viewer) -> None:
    """Signs out; closing one that is not there is fine."""
    if await Q.delete_session(conn, token_hash=hash_token(token)):
        await note_ended(conn, by=by, user_id=by.user_id, why="signed out")


async def list_sessions(conn: Conn, *, user_id: UUID, token: str, now: datetime) -> list[OpenSession]:
    """The person's, that with the token first, then those seen last; 200 at most."""
    rows = Q.list_sessions(conn, user_id=user_id, here=hash_token(token), now=now)
    return [OpenSession(**row) async for row in rows]


async def end_session(conn: Conn, *, viewer: Viewer, session_id: UUID) -> None:
    """Signs the person out of one. Raises NotFound unless it is theirs."""
    if await Q.end_session(conn, user_id=viewer.user_id, id=session_id) is None:
        raise NotFound("There is no such session.")
    await note_ended(conn, by=viewer, user_id=viewer.user_id, why="ended from elsewhere")


async def close_other_sessions(conn: Conn, *, viewer: Viewer, keep: str) -> int:
    """Signs the person out everywhere but in the session with the token `keep`. Returns how many were closed."""
    closed: int = await Q.delete_other_sessions(conn, user_id=viewer.user_id, keep=hash_token(keep))
    await note_ended(conn, by=viewer, user_id=viewer.user_id, why="ended from elsewhere", sessions=closed)
    return closed


async def note_ended(conn: Conn, *, by: Viewer | None, user_id: UUID, why: str, sessions: int = 1) -> None:
    """Into the audit, where any session did end."""
    if sessions:
        detail = {"why": why, "sessions": sessions}
        await record(conn, by=by, action="session.ended", subject="user", subject_id=user_id, detail=detail)


async def create_login_link(conn: Conn, *, user_id: UUID, now: datetime, minutes: int = LINK_MINUTES) -> str:
    """The token of a link that signs the person in once."""
    token = new_token()
    expires_at = now + timedelta(minutes=minutes)
    await Q.insert_login_link(conn, token_hash=hash_token(token), user_id=user_id, now=now, expires_at=expires_at)
    return token


async def use_login_link(conn: Conn, *, token: str, now: datetime) -> UUID | None:
    """Whom the link signs in; None when it is unknown, expired, or was used before. Of two at once, one gets it."""
    user_id: UUID | None = await Q.use_login_link(conn, token_hash=hash_token(token), now=now)
    return user_id


async def forget_expired(conn: Conn, *, now: datetime) -> None:
    """Deletes sessions and links whose time is over."""
    for row in [row async for row in Q.delete_expired(conn, now=now)]:
        await note_ended(conn, by=None, user_id=row["user_id"], why="expired", sessions=row["sessions"])
