"""People: who they are and how they prove it with a password."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from tasktalk.accounts.access import Role, Viewer, viewer_of
from tasktalk.accounts.passwords import hash_password, is_outdated, is_right_password
from tasktalk.db import Conn, Pool
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, NotFound, Unauthorized
from tasktalk.ids import new_id
from tasktalk.phrases import Told, phrase

Q = queries(__file__)

LANGUAGES = {
    "en": "English",
    "es": "Español",
    "pt": "Português",
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "nl": "Nederlands",
}
_LONGEST_NAME = 100
_LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class User:
    """A person as administration sees them; the password's hash stays in the database."""

    id: UUID
    name: str
    email: str | None
    role: Role
    has_password: bool
    has_two_factor: bool
    language: str
    timezone: str
    created_at: datetime
    disabled_at: datetime | None


async def create_user(
    conn: Conn,
    *,
    name: str,
    email: str | None,
    role: Role = "member",
    timezone: str = "UTC",
    language: str = "en",
    password: str | None = None,
) -> UUID:
    """Raises BadRequest (`field`) for what cannot be, Conflict when the address is taken."""
    user_id: UUID | None = await Q.insert_user(
        conn,
        id=new_id(),
        name=check_name(name),
        email=None if email is None else check_email(email),
        role=role,
        password=None if password is None else await hash_password(password),
        language=check_language(language),
        timezone=check_timezone(timezone),
    )
    if user_id is None:
        raise Conflict(phrase("Somebody else has this e-mail address."), field="email")
    return user_id


async def get_user(conn: Conn, *, user_id: UUID) -> User:
    """Raises NotFound."""
    user = await Q.find_user(conn, id=user_id)
    if user is None:
        raise NotFound(phrase("There is no such user."))
    return user_of(user)


async def find_user_by_email(conn: Conn, *, email: str) -> User | None:
    """Found whatever the case the address is written in."""
    user = await Q.find_user_by_email(conn, email=_normalised(email))
    return None if user is None else user_of(user)


async def list_users(conn: Conn) -> list[User]:
    """Everybody, disabled ones too, oldest first."""
    return [user_of(user) async for user in Q.list_users(conn)]


async def list_languages(conn: Conn) -> list[str]:
    """Those that people have chosen; English in any case."""
    return [row["language"] async for row in Q.list_languages(conn)]


async def find_viewer(conn: Conn, *, user_id: UUID) -> Viewer | None:
    """The person as a Viewer; None when unknown or disabled."""
    user = await Q.find_viewer(conn, id=user_id)
    return None if user is None else viewer_of(user)


async def change_user(
    conn: Conn, *, user_id: UUID, name: str | None = None, language: str | None = None, timezone: str | None = None
) -> None:
    """Changes what is given. Raises BadRequest (`field`), NotFound."""
    changed = await Q.change_user(
        conn,
        id=user_id,
        name=None if name is None else check_name(name),
        language=None if language is None else check_language(language),
        timezone=None if timezone is None else check_timezone(timezone),
    )
    if changed is None:
        raise NotFound(phrase("There is no such user."))


async def set_password(conn: Conn, *, user_id: UUID, hashed: str) -> None:
    """`hashed` is from `hash_password`, called before a connection was taken. Raises NotFound."""
    if await Q.set_password(conn, id=user_id, password=hashed) is None:
        raise NotFound(phrase("There is no such user."))


async def check_password(pool: Pool, *, email: str, password: str) -> Viewer:
    """The person with this address and password; Unauthorized otherwise, never saying which of the two was wrong.

    Raises RateLimited when too many are being checked. Holds a connection only while it reads or writes.
    """
    async with pool.acquire() as conn:
        user = await Q.find_password(conn, email=_normalised(email))
    stored: str | None = None if user is None else user["password"]
    if not await is_right_password(password, stored) or user is None or stored is None:
        raise Unauthorized(phrase("The e-mail address or the password is wrong."))
    if is_outdated(stored):
        hashed = await hash_password(password)
        async with pool.acquire() as conn:
            await Q.set_password(conn, id=user["user_id"], password=hashed)
    return viewer_of(user)


async def check_own_password(pool: Pool, *, user_id: UUID, password: str, field: str = "current") -> None:
    """Raises BadRequest (`field`) unless it is the person's password, or they have none yet; RateLimited."""
    async with pool.acquire() as conn:
        stored = await Q.get_password(conn, id=user_id)
    if stored is not None and not await is_right_password(password, stored):
        raise BadRequest(phrase("This is not your current password."), field=field)


def check_name(name: str) -> str:
    """The name in one line without control characters. Raises BadRequest."""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise BadRequest(Told("A name has 1 to {longest} characters.", longest=_LONGEST_NAME), field="name")
    return name


def check_email(email: str) -> str:
    """The address in lower case. Raises BadRequest for what cannot be an address; only a letter to it proves more."""
    if not email.strip().isprintable():
        raise BadRequest(phrase("This is no e-mail address."), field="email")
    email = _normalised(email)
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or len(email) > _LONGEST_EMAIL or " " in email:
        raise BadRequest(phrase("This is no e-mail address."), field="email")
    return email


def check_language(language: str) -> str:
    """One of LANGUAGES. Raises BadRequest."""
    if language not in LANGUAGES:
        raise BadRequest(f"The language is one of {', '.join(LANGUAGES)}.", field="language")
    return language


def check_timezone(timezone: str) -> str:
    """An IANA zone that this machine knows. Raises BadRequest."""
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:  # KeyError: unknown; ValueError: a path; OSError: a directory
        raise BadRequest(phrase("This is no time zone; write it like Europe/Madrid."), field="timezone") from error
    return timezone


def _normalised(email: str) -> str:
    """Lower case, and nothing that PostgreSQL could not store, so that a lookup simply finds nobody."""
    return "".join(c for c in email.strip().lower() if c.isprintable())


def user_of(row: asyncpg.Record) -> User:
    """The User in a row that has its fields."""
    return User(**dict(row))
