"""Invitations: the way into a project for people who share nothing yet. They hold for 14 days.

Whether an address belongs to somebody here is never said: one that does is stored with its person, and the answer is
the same.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import check_email, find_user_by_email
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.model import Act, Ref
from tasktalk.tasks.projects.model import Role
from tasktalk.tasks.projects.sharing.members import is_acquaintance
from tasktalk.tasks.projects.sharing.settling import check_owner, lock_as_owner, lock_sharing, settle_members

Q = queries(__file__)

LIFE = dt.timedelta(days=14)
MOST_PENDING = 50  # of a project
_RANKS: tuple[Role, ...] = ("owner", "editor", "viewer")

InvitedRole = Literal["editor", "viewer"]
State = Literal["pending", "accepted", "declined", "withdrawn"]
_SETTLED = {
    "accepted": phrase("This invitation is accepted already."),
    "declined": phrase("This invitation is declined already."),
    "withdrawn": phrase("This invitation is withdrawn already."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Into `project`, to a person or to an address, as it was asked for."""

    id: UUID
    project: Ref
    user: Ref | None
    email: str | None
    role: InvitedRole
    invited_by: Ref
    state: State
    created_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Pending invitations, oldest first; they all fit on one page."""

    items: list[Invitation]
    next: str | None = None


async def invite(
    conn: Conn,
    *,
    viewer: Viewer,
    project_id: UUID,
    role: InvitedRole,
    by: Act,
    email: str | None = None,
    user_id: UUID | None = None,
) -> Invitation:
    """Invites a person, who shares something with the viewer, or whoever has this address: one of the two.

    Raises NotFound, Forbidden unless the viewer is an owner, BadRequest, Conflict for who is in or invited already.
    """
    await lock_as_owner(conn, viewer=viewer, project_id=project_id)
    if (email is None) == (user_id is None):
        raise BadRequest("Invite a user or an email.", field="email")
    pending = [dict(row) async for row in Q.list_pending(conn, project_id=project_id, at=by.at)]
    if email is not None:
        email = check_email(email)
        if any(row["email"] == email for row in pending):
            raise Conflict(phrase("This address is invited already."), field="email")
        found = await find_user_by_email(conn, email=email)
        user_id = found.id if found else None
    elif user_id is None or not await is_acquaintance(conn, viewer=viewer, user_id=user_id):
        raise NotFound(phrase("You share nothing with such a person yet. Invite them by e-mail."), field="user")
    elif any(row["email"] is None and row["user_id"] == user_id for row in pending):
        raise Conflict(phrase("This person is invited already."), field="user")
    elif user_id in {row["id"] async for row in Q.list_memberships(conn, project_id=project_id)}:
        raise Conflict(phrase("This person is in the project already."), field="user")
    if len(pending) >= MOST_PENDING:
        raise Conflict(Told("At most {most} invitations of a project can be open.", most=MOST_PENDING))
    invitation_id = new_id()
    await Q.insert_invitation(
        conn,
        id=invitation_id,
        project_id=project_id,
        user_id=user_id,
        email=email,
        role=role,
        viewer=viewer.user_id,
        expires_at=by.at + LIFE,
        change_set=by.change_set,
        channel=by.channel,
        at=by.at,
    )
    return await _read(conn, invitation_id)


async def list_of_project(conn: Conn, *, viewer: Viewer, project_id: UUID, now: dt.datetime) -> list[Invitation]:
    """A project's open invitations, for its owners. Raises NotFound, Forbidden."""
    await check_owner(conn, viewer=viewer, project_id=project_id)
    rows = Q.list_invitations(conn, id=None, project_id=project_id, invited=None, at=now)
    return [_invitation_of(row) async for row in rows]


async def list_mine(conn: Conn, *, viewer: Viewer, now: dt.datetime) -> list[Invitation]:
    """What the viewer is invited to and did not answer yet."""
    rows = Q.list_invitations(conn, id=None, project_id=None, invited=viewer.user_id, at=now)
    return [_invitation_of(row) async for row in rows]


async def withdraw(conn: Conn, *, viewer: Viewer, invitation_id: UUID, by: Act) -> None:
    """An owner of the project takes an invitation back. Raises NotFound, Forbidden, Conflict when it is answered."""
    row = await _lock(conn, viewer=viewer, invitation_id=invitation_id)
    if row["viewer_role"] != "owner":
        raise Forbidden(phrase("Only a project's owner takes invitations back."))
    _check_open(row)
    await _settle(conn, invitation_id, "withdrawn", viewer=viewer, by=by)


async def answer(conn: Conn, *, viewer: Viewer, invitation_id: UUID, accept: bool, by: Act) -> Invitation:
    """The viewer says yes, and is in with the role at least, or no.

    Raises NotFound unless they are invited, Conflict when the invitation is answered, withdrawn or too old.
    """
    row = await _lock(conn, viewer=viewer, invitation_id=invitation_id)
    if not row["is_mine"]:
        raise Forbidden(phrase("Only who is invited answers an invitation."))
    _check_open(row)
    if row["expires_at"] <= by.at:
        raise Conflict(phrase("This invitation is too old. Ask for another one."))
    await _settle(conn, invitation_id, "accepted" if accept else "declined", viewer=viewer, by=by)
    if accept:
        place = row["project_id"]
        await lock_sharing(conn, project_ids=[place])
        members = Q.list_memberships(conn, project_id=place)
        had = {member["own_role"] async for member in members if member["id"] == viewer.user_id} - {None}
        own = min(had | {row["role"]}, key=_RANKS.index)
        await settle_members(
            conn, viewer=viewer, project_ids=[place], own={(place, viewer.user_id): own}, now=by.at, by=by
        )
    return await _read(conn, invitation_id)


async def _lock(conn: Conn, *, viewer: Viewer, invitation_id: UUID) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await Q.lock_invitation(conn, id=invitation_id, viewer=viewer.user_id)
    if row is None or not (row["is_mine"] or row["viewer_role"] == "owner"):
        raise NotFound(phrase("There is no such invitation."))
    return row


def _check_open(row: Mapping[str, Any]) -> None:
    if row["state"] != "pending":
        raise Conflict(_SETTLED[row["state"]], state=row["state"])


async def _settle(conn: Conn, invitation_id: UUID, state: State, *, viewer: Viewer, by: Act) -> None:
    await Q.answer_invitation(
        conn,
        id=invitation_id,
        state=state,
        viewer=viewer.user_id,
        change_set=by.change_set,
        channel=by.channel,
        at=by.at,
    )


async def _read(conn: Conn, invitation_id: UUID) -> Invitation:
    async for row in Q.list_invitations(conn, id=invitation_id, project_id=None, invited=None, at=None):
        return _invitation_of(row)
    raise NotFound(phrase("There is no such invitation."))


def _invitation_of(row: Mapping[str, Any]) -> Invitation:
    by_address = row["email"] is not None
    return Invitation(
        id=row["id"],
        project=Ref(row["project_id"], row["project_name"]),
        user=None if by_address or row["user_id"] is None else Ref(row["user_id"], row["user_name"]),
        email=row["email"],
        role=row["role"],
        invited_by=Ref(row["invited_by"], row["invited_by_name"]),
        state=row["state"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
