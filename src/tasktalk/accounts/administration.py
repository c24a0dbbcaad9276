"""What administrators do with people: add them, change their role, shut them out and let them in again.

Only an owner makes an owner or touches one, and the last owner stays: else nobody could.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Role, Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.sessions import create_login_link, note_ended
from tasktalk.accounts.users import User, check_name, create_user, get_user, user_of
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict, Forbidden
from tasktalk.phrases import phrase

Q = queries(__file__)


@dataclass(frozen=True, slots=True)
class UserPage:
    """People, oldest first; `next`: the cursor of the page after, null on the last."""

    items: list[User]
    next: UUID | None


async def list_page(conn: Conn, *, limit: int, after: UUID | None) -> UserPage:
    """Everybody, disabled ones too."""
    users = [user_of(row) async for row in Q.list_users_after(conn, after=after, limit=limit + 1)]
    return UserPage(users[:limit], users[limit - 1].id if len(users) > limit else None)


def check_may_make(viewer: Viewer, role: Role) -> None:
    """Raises Forbidden unless `viewer`, who is an administrator, may give somebody this role."""
    if role == "owner" and viewer.role != "owner":
        raise Forbidden(phrase("Only an owner makes owners."), field="role")


async def add_person(
    conn: Conn,
    *,
    viewer: Viewer,
    name: str,
    email: str | None,
    role: Role,
    timezone: str,
    language: str,
    now: datetime,
) -> tuple[User, str]:
    """Somebody new, and the token of a link that signs them in once. Raises as `create_user`, and Forbidden.

    Only who is new gets a link from an administrator: one for somebody else would open what is theirs alone.
    """
    check_may_make(viewer, role)
    user_id = await create_user(conn, name=name, email=email, role=role, timezone=timezone, language=language)
    user = await get_user(conn, user_id=user_id)
    detail = {"name": user.name, "role": user.role}
    await record(conn, by=viewer, action="user.created", subject="user", subject_id=user_id, detail=detail)
    return user, await create_login_link(conn, user_id=user_id, now=now)


async def administer(conn: Conn, *, viewer: Viewer, user_id: UUID, changes: Mapping[str, Any], now: datetime) -> User:
    """The person after `changes`: of `name`, `role` and `disabled`, those that are given.

    Who is disabled is signed out everywhere, and their tokens are revoked for good. Raises NotFound, Forbidden where it
    takes an owner, Conflict for the last of them.
    """
    owners: Sequence[UUID] = [row["id"] async for row in Q.lock_owners(conn)]  # so that two cannot remove each other
    user = await get_user(conn, user_id=user_id)
    role: Role = changes.get("role", user.role)
    disabled = changes.get("disabled", user.disabled_at is not None)
    if user.role == "owner" and viewer.role != "owner":
        raise Forbidden(phrase("Only an owner changes an owner."))
    if role != user.role:
        check_may_make(viewer, role)
    if list(owners) == [user_id] and (role != "owner" or disabled):
        raise Conflict(phrase("This is the last owner. Make somebody else an owner first."))
    name = check_name(changes.get("name", user.name))
    disabled_at = (user.disabled_at or now) if disabled else None
    await Q.administer_user(conn, id=user_id, name=name, role=role, disabled_at=disabled_at)
    if disabled:
        ended = await Q.shut_out(conn, id=user_id, now=now)
        await note_ended(conn, by=viewer, user_id=user_id, why="shut out", sessions=ended)
    after = await get_user(conn, user_id=user_id)
    await _note(conn, viewer, user, after)
    return after


async def _note(conn: Conn, viewer: Viewer, before: User, after: User) -> None:
    was, now = _told(before), _told(after)
    changed = [key for key in was if was[key] != now[key]]
    if changed:
        detail = {"before": {key: was[key] for key in changed}, "after": {key: now[key] for key in changed}}
        await record(conn, by=viewer, action="user.changed", subject="user", subject_id=after.id, detail=detail)


def _told(user: User) -> dict[str, Any]:
    return {"name": user.name, "role": user.role, "disabled": user.disabled_at is not None}
