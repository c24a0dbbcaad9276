"""Who is in a project, what they may do there, and what they want to hear of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.model import Act
from tasktalk.tasks.places import find_role
from tasktalk.tasks.preferences.events import Event
from tasktalk.tasks.projects.model import Role
from tasktalk.tasks.projects.sharing.settling import lock_as_owner, lock_sharing, settle_members

Q = queries(__file__)

# Those that are of no project.
_OWN = frozenset({Event.DIGEST, Event.REVIEW, Event.REMINDER, Event.TROUBLE, Event.WARNING})
EVENTS = frozenset(Event) - _OWN


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a project. `role` is what counts: the best of their own (null: none) and their teams'."""

    id: UUID
    name: str
    role: Role
    own_role: Role | None
    added_at: dt.datetime


@dataclass(frozen=True, slots=True)
class MembershipPage:
    """Everybody in a project, by name; they all fit on one page."""

    items: list[Membership]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class OwnMembership:
    """The viewer in a project; `notifications` are the events that they switched here, over their own settings."""

    id: UUID
    name: str
    role: Role
    own_role: Role | None
    added_at: dt.datetime
    notifications: dict[str, bool]


async def list_members(conn: Conn, *, viewer: Viewer, project_id: UUID) -> list[Membership]:
    """Everybody in a project. Raises NotFound for one that the viewer does not see."""
    await _check_sees(conn, viewer=viewer, project_id=project_id)
    return [
        Membership(row["id"], row["name"], row["role"], row["own_role"], row["added_at"])
        async for row in Q.list_memberships(conn, project_id=project_id)
    ]


async def get_membership(conn: Conn, *, viewer: Viewer, project_id: UUID) -> OwnMembership:
    """The viewer's own. Raises NotFound."""
    await _check_sees(conn, viewer=viewer, project_id=project_id)
    async for row in Q.list_memberships(conn, project_id=project_id):
        if row["id"] == viewer.user_id:
            return OwnMembership(row["id"], row["name"], row["role"], row["own_role"], row["added_at"], row["switches"])
    raise NotFound(phrase("There is no such project."))


async def list_own_switches(conn: Conn, *, viewer: Viewer) -> dict[UUID, dict[str, bool]]:
    """What the viewer switched in their projects, over their own settings; none where they switched nothing."""
    return {row["project_id"]: row["switches"] async for row in Q.list_own_switches(conn, viewer=viewer.user_id)}


async def is_acquaintance(conn: Conn, *, viewer: Viewer, user_id: UUID) -> bool:
    """Whether this person shares a project or a team with the viewer; others do not exist for them."""
    return await Q.find_acquaintance(conn, viewer=viewer.user_id, user_id=user_id) is not None


async def add_acquaintance(
    conn: Conn, *, viewer: Viewer, project_id: UUID, user_id: UUID, role: Role, by: Act
) -> Membership:
    """Lets in somebody who shares a project or a team with the viewer; others are invited.

    Raises NotFound, Forbidden unless the viewer is an owner, Conflict for somebody who is in.
    """
    await lock_as_owner(conn, viewer=viewer, project_id=project_id)
    if not await is_acquaintance(conn, viewer=viewer, user_id=user_id):
        raise NotFound(phrase("You share nothing with such a person yet. Invite them by e-mail."), field="user")
    if (there := await _find(conn, project_id=project_id, user_id=user_id)) and there.own_role:
        raise Conflict(phrase("This person is in the project already."), field="user")
    await settle_members(
        conn, viewer=viewer, project_ids=[project_id], own={(project_id, user_id): role}, now=by.at, by=by
    )
    return await _get(conn, project_id=project_id, user_id=user_id)


async def add_member(
    conn: Conn,
    *,
    viewer: Viewer,
    project_id: UUID,
    user_id: UUID,
    role: Role,
    now: dt.datetime,
    by: Act | None = None,
) -> None:
    """Lets a person in, or gives a member another role, whoever they are. Only a project's owners may.

    Without an act it is part of a set-up, which nobody is told of.
    """
    await lock_as_owner(conn, viewer=viewer, project_id=project_id)
    _check_role(role)
    if await Q.find_person(conn, user_id=user_id) is None:
        raise NotFound(phrase("There is no such person."), field="user_id")
    await _check_owner_stays(conn, project_id=project_id, user_id=user_id, role=role)
    await settle_members(
        conn, viewer=viewer, project_ids=[project_id], own={(project_id, user_id): role}, now=now, by=by
    )


async def change_member(
    conn: Conn, *, viewer: Viewer, project_id: UUID, user_id: UUID, role: Role, by: Act
) -> Membership:
    """Gives a member another role. Raises as `add_member`, and Conflict for the last owner's."""
    await lock_as_owner(conn, viewer=viewer, project_id=project_id)
    await _get(conn, project_id=project_id, user_id=user_id)
    await add_member(conn, viewer=viewer, project_id=project_id, user_id=user_id, role=role, now=by.at, by=by)
    return await _get(conn, project_id=project_id, user_id=user_id)


async def remove_member(conn: Conn, *, viewer: Viewer, project_id: UUID, user_id: UUID, by: Act) -> None:
    """A person leaves, by themselves or because an owner wants it; who is there through a team too, stays through it.

    Raises NotFound, Forbidden, Conflict for the last owner and for somebody who is there through a team alone.
    """
    await lock_sharing(conn, project_ids=[project_id])
    role = await _check_sees(conn, viewer=viewer, project_id=project_id)
    if user_id != viewer.user_id and role != "owner":
        raise Forbidden(phrase("Only a project's owner says who is in it."))
    if (await _get(conn, project_id=project_id, user_id=user_id)).own_role is None:
        raise Conflict(
            phrase("They are here through a team: the team, or the project, has to let them go."), field="user"
        )
    await _check_owner_stays(conn, project_id=project_id, user_id=user_id, role=None)
    await settle_members(
        conn, viewer=viewer, project_ids=[project_id], own={(project_id, user_id): None}, now=by.at, by=by
    )


async def switch_notifications(
    conn: Conn, *, viewer: Viewer, project_id: UUID, switches: Mapping[str, bool | None]
) -> OwnMembership:
    """What the viewer wants to hear of a project; None: as in their own settings. An event not named stays as it is.

    Nobody else's business, so not in the journal. Raises NotFound, BadRequest for an unknown event.
    """
    await _check_sees(conn, viewer=viewer, project_id=project_id)
    if switches.keys() - EVENTS:
        raise BadRequest(f"The events are {', '.join(sorted(EVENTS))}.", field="notifications")
    await Q.set_switches(conn, project_id=project_id, viewer=viewer.user_id, patch=dict(switches))
    return await get_membership(conn, viewer=viewer, project_id=project_id)


def _check_role(role: str) -> None:
    if role not in get_args(Role):
        raise BadRequest(phrase("A role is owner, editor or viewer."), field="role")


async def _check_sees(conn: Conn, *, viewer: Viewer, project_id: UUID) -> str:
    role = await find_role(conn, viewer=viewer, project_id=project_id)
    if role is None:
        raise NotFound(phrase("There is no such project."))
    return role


async def _check_owner_stays(conn: Conn, *, project_id: UUID, user_id: UUID, role: Role | None) -> None:
    """Raises Conflict when nobody would own the project any more."""
    owners = {row["id"] async for row in Q.list_memberships(conn, project_id=project_id) if row["role"] == "owner"}
    if role != "owner" and owners == {user_id}:
        raise Conflict(phrase("This is the project's last owner: make somebody else owner first."), field="role")


async def _find(conn: Conn, *, project_id: UUID, user_id: UUID) -> Membership | None:
    async for row in Q.list_memberships(conn, project_id=project_id):
        if row["id"] == user_id:
            return Membership(row["id"], row["name"], row["role"], row["own_role"], row["added_at"])
    return None


async def _get(conn: Conn, *, project_id: UUID, user_id: UUID) -> Membership:
    found = await _find(conn, project_id=project_id, user_id=user_id)
    if found is None:
        raise NotFound(phrase("There is no such person in this project."))
    return found
