"""Whose phone it is: linking by hand, taking a link away, and holding it when the phone may have changed hands.

Everything here is audited. That an integration or a phone is not there is NotFound.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.linking.codes import Q
from tasktalk.accounts.linking.model import Mapped, Mapping, MappingPage, OwnPhone, Person, Similar
from tasktalk.accounts.linking.numbers import list_variants
from tasktalk.accounts.users import get_user
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import phrase

Why = Literal["phone_reused", "number_changed"]


async def list_mappings(conn: Conn, *, integration_id: UUID, limit: int, after: UUID | None) -> MappingPage:
    """The linked phones of one of our numbers."""
    await check_integration(conn, integration_id)
    rows = Q.list_mappings(conn, integration_id=integration_id, id=None, after=after, limit=limit + 1)
    found = [_mapping(row) async for row in rows]
    return MappingPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


async def map_phone(
    conn: Conn, *, by: Viewer, integration_id: UUID, user_id: UUID, digits: str, now: datetime
) -> Mapped:
    """Link a phone by its number, checked before. Raises Conflict when it is somebody else's.

    Only this very number is linked; other forms of it are suggested.
    """
    await check_integration(conn, integration_id)
    await _check_person(conn, user_id)
    row = await Q.link_phone(conn, id=new_id(), integration_id=integration_id, wa_id=digits, user_id=user_id, now=now)
    if row is None:
        raise Conflict(phrase("This phone is somebody else's. Revoke their link first."), field="phone")
    await _note(
        conn,
        by=by,
        action="phone.linked",
        phone=row["id"],
        of=integration_id,
        detail={"user_id": str(user_id), "by": "admin"},
    )
    variants = list_variants(digits)
    seen = {
        each["wa_id"]: each["id"]
        async for each in Q.find_similar(conn, integration_id=integration_id, wa_ids=list(variants))
    }
    similar = [Similar(f"+{variant}", seen.get(variant)) for variant in variants]
    return Mapped(await _get_mapping(conn, integration_id, row["id"]), similar)


async def map_contact(
    conn: Conn, *, by: Viewer, integration_id: UUID, contact_id: UUID, user_id: UUID, now: datetime
) -> Mapping:
    """Link a sender who wrote to us, whatever is known of them. Raises Conflict when they are somebody's already."""
    if await Q.find_contact(conn, id=contact_id, integration_id=integration_id) is None:
        raise NotFound("There is no such sender.")
    await _check_person(conn, user_id)
    if await Q.link(conn, id=contact_id, user_id=user_id, linked_by="admin", now=now) is None:
        raise Conflict(phrase("This phone is somebody else's. Revoke their link first."))
    await _note(
        conn,
        by=by,
        action="phone.linked",
        phone=contact_id,
        of=integration_id,
        detail={"user_id": str(user_id), "by": "admin"},
    )
    return await _get_mapping(conn, integration_id, contact_id)


async def revoke(conn: Conn, *, by: Viewer, integration_id: UUID, contact_id: UUID) -> None:
    """The phone is nobody's from now on: it is answered as a stranger's, and nothing more is told there."""
    gone = await Q.unlink(conn, id=contact_id, user_id=None, integration_id=integration_id)
    if gone is None:
        raise NotFound("There is no such mapping.")
    await _note(
        conn,
        by=by,
        action="phone.revoked",
        phone=contact_id,
        of=integration_id,
        detail={"user_id": str(gone["user_id"])},
    )


async def unlink(conn: Conn, *, by: Viewer, contact_id: UUID) -> None:
    """As `revoke`, a phone of one's own."""
    gone = await Q.unlink(conn, id=contact_id, user_id=by.user_id, integration_id=None)
    if gone is None:
        raise NotFound(phrase("There is no such phone."))
    await _note(
        conn,
        by=by,
        action="phone.unlinked",
        phone=contact_id,
        of=gone["integration_id"],
        detail={"user_id": str(by.user_id)},
    )


async def suspend(conn: Conn, *, contact_id: UUID, why: Why, now: datetime) -> UUID | None:
    """Somebody else may have the phone: nothing is told there and nobody is answered as its person till relinked.

    Answers whose it was; None: nobody's, or it is suspended already.
    """
    gone = await Q.suspend(conn, id=contact_id, why=why, now=now)
    if gone is not None:
        detail = {"user_id": str(gone["user_id"]), "why": why}
        await _note(conn, by=None, action="phone.suspended", phone=contact_id, of=gone["integration_id"], detail=detail)
    whose: UUID | None = gone["user_id"] if gone is not None else None
    return whose


async def resume(conn: Conn, *, contact_id: UUID) -> None:
    """Who wrote is who is linked, by the id that is theirs alone."""
    back = await Q.resume(conn, id=contact_id)
    if back is not None:
        detail = {"user_id": str(back["user_id"])}
        await _note(conn, by=None, action="phone.resumed", phone=contact_id, of=back["integration_id"], detail=detail)


async def list_own_phones(conn: Conn, *, viewer: Viewer) -> list[OwnPhone]:
    """The viewer's, of every number of ours, suspended ones too."""
    return [
        OwnPhone(
            id=row["id"],
            integration_id=row["integration_id"],
            number=row["display_phone_number"],
            phone=show_phone(row["wa_id"]),
            username=row["username"],
            name=row["profile_name"],
            last_seen_at=row["last_seen_at"],
            linked_at=row["linked_at"],
            suspended_at=row["suspended_at"],
            suspended_why=row["suspended_why"],
        )
        async for row in Q.list_own_phones(conn, user_id=viewer.user_id)
    ]


async def check_integration(conn: Conn, integration_id: UUID) -> None:
    """Raises NotFound."""
    if await Q.find_integration(conn, id=integration_id) is None:
        raise NotFound(phrase("There is no such integration."))


def show_phone(wa_id: str | None) -> str | None:
    """As people write it."""
    return None if wa_id is None else f"+{wa_id}"


async def _get_mapping(conn: Conn, integration_id: UUID, contact_id: UUID) -> Mapping:
    rows = Q.list_mappings(conn, integration_id=integration_id, id=contact_id, after=None, limit=1)
    [found] = [_mapping(row) async for row in rows]
    return found


async def _check_person(conn: Conn, user_id: UUID) -> None:
    try:
        user = await get_user(conn, user_id=user_id)
    except NotFound as error:
        raise BadRequest(phrase("There is no such user."), field="user_id") from error
    if user.disabled_at is not None:
        raise BadRequest(phrase("This person is disabled."), field="user_id")


def _mapping(row: Record) -> Mapping:
    return Mapping(
        id=row["id"],
        user=Person(row["user_id"], row["user_name"], row["disabled"]),
        phone=show_phone(row["wa_id"]),
        username=row["username"],
        name=row["profile_name"],
        has_bsuid=row["has_bsuid"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        window_until=row["window_until"],
        linked_at=row["linked_at"],
        linked_by=row["linked_by"],
        suspended_at=row["suspended_at"],
        suspended_why=row["suspended_why"],
    )


async def _note(conn: Conn, *, by: Viewer | None, action: str, phone: UUID, of: UUID, detail: dict[str, Any]) -> None:
    await record(conn, by=by, action=action, subject="phone", subject_id=phone, integration_id=of, detail=detail)
