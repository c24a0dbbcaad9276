"""The REST API of reminders: each person's own."""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response

from tasktalk.errors import BadRequest
from tasktalk.tasks.cursors import LIMIT, MOST
from tasktalk.tasks.due import FIRST_YEAR, LAST_YEAR
from tasktalk.tasks.http import IfMatch, Me, act_of, answers, known_id, pool_of, to_json, version_of
from tasktalk.tasks.reminders.bodies import NewReminderBody, ReminderPatchBody
from tasktalk.tasks.reminders.reminders import (
    Reminder,
    ReminderPage,
    add_reminders,
    change_reminder,
    delete_reminder,
    get_reminder,
    list_task_reminders,
    list_upcoming,
)

router = APIRouter(prefix="/api/reminders", tags=["reminders"])


@router.get("", responses=answers(ReminderPage))
async def list_(
    request: Request,
    viewer: Me,
    *,
    task_id: Annotated[
        str | None, Query(description="All on this task; without it, all that are going to ring.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """The caller's reminders: on one task in the order they were made, or upcoming, the next first."""
    if task_id is not None:
        async with pool_of(request).acquire() as conn:
            items = await list_task_reminders(conn, viewer=viewer, task_id=known_id(task_id))
        return to_json(ReminderPage(items, None))
    after = None if cursor is None else _read_cursor(cursor)
    async with pool_of(request).acquire() as conn:
        items = await list_upcoming(conn, viewer=viewer, after=after, limit=limit + 1)
    following = _write_cursor(items[limit - 1]) if len(items) > limit else None
    return to_json(ReminderPage(items[:limit], following))


@router.post("", status_code=201, responses=answers(Reminder, status=201, versioned=True))
async def create(request: Request, viewer: Me, body: NewReminderBody) -> Response:
    """Makes a reminder for the caller on a task they see."""
    new = body.as_new(viewer.timezone)
    async with pool_of(request).acquire() as conn, conn.transaction():
        [made] = await add_reminders(conn, viewer=viewer, task_ids=[body.task_id], new=[new], by=act_of(request))
    return to_json(made, status=201, etag=made.version, location=f"/api/reminders/{made.id}")


@router.get("/{reminder_id}", responses=answers(Reminder, versioned=True))
async def get(request: Request, viewer: Me, reminder_id: str) -> Response:
    """One of the caller's reminders."""
    async with pool_of(request).acquire() as conn:
        found = await get_reminder(conn, viewer=viewer, reminder_id=known_id(reminder_id))
    return to_json(found, etag=found.version)


@router.patch("/{reminder_id}", responses=answers(Reminder, versioned=True))
async def change(
    request: Request, viewer: Me, reminder_id: str, body: ReminderPatchBody, if_match: IfMatch = None
) -> Response:
    """Changes when it rings. A default reminder becomes the caller's own."""
    id_, version, changes = known_id(reminder_id), version_of(if_match), body.as_changes(viewer.timezone)
    async with pool_of(request).acquire() as conn, conn.transaction():
        changed = await change_reminder(
            conn, viewer=viewer, reminder_id=id_, changes=changes, by=act_of(request), version=version
        )
    return to_json(changed, etag=changed.version)


@router.delete("/{reminder_id}", status_code=204)
async def delete(request: Request, viewer: Me, reminder_id: str, if_match: IfMatch = None) -> None:
    """It rings no more; a default one does not come back to its task."""
    id_, version = known_id(reminder_id), version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_reminder(conn, viewer=viewer, reminder_id=id_, by=act_of(request), version=version)


def _write_cursor(last: Reminder) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([last.next_at, last.id])).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime, UUID]:
    try:
        at, id_ = msgspec.json.decode(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=tuple[datetime, UUID]
        )
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise BadRequest("This cursor is not ours.", field="cursor") from error
    if at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadRequest("This cursor is not ours.", field="cursor")
    return at, id_
