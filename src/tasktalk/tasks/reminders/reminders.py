"""A person's own reminders: whoever sees a task may have some on it, and nobody else sees them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.due import check_day, get_zone, instant
from tasktalk.tasks.model import Act, Due
from tasktalk.tasks.recurrence import check_recurrence
from tasktalk.tasks.reminders.clock import next_ring
from tasktalk.tasks.reminders.model import OFTEN, Moment, NewReminder, ReminderChanges
from tasktalk.tasks.reminders.planning import plan_reminders
from tasktalk.tasks.reminders.reading import spell_offset
from tasktalk.tasks.rules import read_rule

Q = queries(__file__)

_CLOSEST = dt.timedelta(minutes=5)  # one reminder's rings

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder as the API shows it: `offset` (ISO 8601) from when its task is due, or `at` a moment of its own.

    `recurrence` is an RFC 5545 rule that begins `at`. `default`: made by the person's preferences. `next_at`: when it
    rings next, null when it does not as things are; `last_at`: when it last did.
    """

    id: UUID
    task_id: UUID
    offset: str | None
    at: Due | None
    recurrence: str | None
    default: bool
    next_at: dt.datetime | None
    last_at: dt.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ReminderPage:
    """Some reminders, and the cursor of the next ones; None: these were the last."""

    items: list[Reminder]
    next: str | None


async def add_reminders(
    conn: Conn, *, viewer: Viewer, task_ids: Sequence[UUID], new: Sequence[NewReminder], by: Act
) -> list[Reminder]:
    """Gives the viewer each of `new` on each of the tasks, all or none; task by task in the order given.

    Raises NotFound for a task they do not see, BadRequest for a moment that is past and for more than 20 on one task.
    """
    tasks = dict.fromkeys(task_ids)
    ids = await insert_reminders(conn, viewer=viewer, wanted=[(id_, each) for id_ in tasks for each in new], by=by)
    await plan_reminders(conn, task_ids=list(tasks), now=by.at)
    return await _list_by_ids(conn, viewer=viewer, ids=ids)


async def insert_reminders(
    conn: Conn, *, viewer: Viewer, wanted: Sequence[tuple[UUID, NewReminder]], by: Act
) -> list[UUID]:
    """The ids of new reminders of the viewer, (task, reminder) each, that are yet to be planned; as `add_reminders`."""
    if not wanted:
        return []
    ids = [new_id() for _ in wanted]
    rows = [
        {"id": id_, "task_id": task_id, "created_at": by.at} | _columns(each, viewer=viewer, now=by.at)
        for id_, (task_id, each) in zip(ids, wanted, strict=True)
    ]
    made = Q.insert_reminders(
        conn,
        rows=rows,
        viewer=viewer.user_id,
        most=OFTEN,
        change_set=by.change_set,
        channel=by.channel,
        at=by.at,
    )
    if not [row["id"] async for row in made]:
        await check_tasks_seen(conn, viewer=viewer, task_ids=[task_id for task_id, _ in wanted])
        raise BadRequest(Told("A task has at most {most} reminders of one person.", most=OFTEN), field="reminders")
    return ids


async def change_reminder(
    conn: Conn, *, viewer: Viewer, reminder_id: UUID, changes: ReminderChanges, by: Act, version: int | None = None
) -> Reminder:
    """Changes when it rings; a default one becomes the viewer's own.

    Raises NotFound, BadRequest as `add_reminders`, and Conflict for a version that has moved on.
    """
    row = await _lock(conn, viewer=viewer, reminder_id=reminder_id, version=version)
    columns: dict[str, object] = {
        "rrule": None,
        "at_on": None,
        "at_time": None,
        "offset_seconds": None,
        "zone": None,
        "floats": True,
    }
    columns |= _columns(_changed(row, changes), viewer=viewer, now=by.at)
    if row["is_default"] or any(row[key] != value for key, value in columns.items()):
        await Q.write_reminder(
            conn,
            id=reminder_id,
            set={**columns, "is_default": False, "dropped_at": None, "ring_at": None, "rung_at": None},
            verb="changed",
            viewer=viewer.user_id,
            change_set=by.change_set,
            channel=by.channel,
            at=by.at,
        )
        await plan_reminders(conn, task_ids=[row["task_id"]], now=by.at)
    return await get_reminder(conn, viewer=viewer, reminder_id=reminder_id)


async def delete_reminder(
    conn: Conn, *, viewer: Viewer, reminder_id: UUID, by: Act, version: int | None = None
) -> None:
    """It rings no more; a default one does not come back to its task. Raises NotFound, Conflict."""
    row = await _lock(conn, viewer=viewer, reminder_id=reminder_id, version=version)
    noted = {"viewer": viewer.user_id, "change_set": by.change_set, "channel": by.channel, "at": by.at}
    if row["is_default"]:
        await Q.write_reminder(
            conn, id=reminder_id, set={"dropped_at": by.at, "ring_at": None}, verb="deleted", **noted
        )
    else:
        await Q.delete_reminder(conn, id=reminder_id, **noted)
        await plan_reminders(conn, task_ids=[row["task_id"]], now=by.at)


async def get_reminder(conn: Conn, *, viewer: Viewer, reminder_id: UUID) -> Reminder:
    """One of the viewer's; NotFound otherwise."""
    found = await _list_by_ids(conn, viewer=viewer, ids=[reminder_id])
    if not found:
        raise NotFound(phrase("There is no such reminder."))
    return found[0]


async def list_task_reminders(conn: Conn, *, viewer: Viewer, task_id: UUID) -> list[Reminder]:
    """All that the viewer has on one task, in the order they were made. Raises NotFound."""
    await check_tasks_seen(conn, viewer=viewer, task_ids=[task_id])
    return [reminder_of(row) async for row in Q.list_of_task(conn, viewer=viewer.user_id, task_id=task_id)]


async def list_reminders_of_tasks(conn: Conn, *, viewer: Viewer, task_ids: Sequence[UUID]) -> list[Reminder]:
    """The viewer's on all of these, which they see, in the order they were made."""
    return [reminder_of(row) async for row in Q.list_of_tasks(conn, viewer=viewer.user_id, task_ids=task_ids)]


async def list_upcoming(
    conn: Conn, *, viewer: Viewer, limit: int, after: tuple[dt.datetime, UUID] | None = None
) -> list[Reminder]:
    """The viewer's reminders that are going to ring, the next first; `after`: those behind that moment and id."""
    at, id_ = after or (None, None)
    rows = Q.list_upcoming(conn, viewer=viewer.user_id, after_at=at, after_id=id_, limit=limit)
    return [reminder_of(row) async for row in rows]


async def check_tasks_seen(conn: Conn, *, viewer: Viewer, task_ids: Sequence[UUID]) -> None:
    """Raises NotFound unless the viewer sees all of them."""
    seen = {row["id"] async for row in Q.list_seen(conn, viewer=viewer.user_id, ids=task_ids)}
    if not seen.issuperset(task_ids):
        raise NotFound(phrase("There is no such task."), field="task_id")


def reminder_of(row: Row) -> Reminder:
    """A Reminder from a row that has the zone its wall clock is in."""
    at = None
    if row["at_on"] is not None:
        moment = instant(row["at_on"], row["at_time"], row["zone"]).astimezone(ZoneInfo(row["zone"]))
        at = Due(row["at_on"], f"{row['at_time']:%H:%M}", moment)
    seconds = row["offset_seconds"]
    return Reminder(
        id=row["id"],
        task_id=row["task_id"],
        offset=None if seconds is None else spell_offset(dt.timedelta(seconds=seconds)),
        at=at,
        recurrence=row["rrule"],
        default=row["is_default"],
        next_at=row["ring_at"],
        last_at=row["rung_at"],
        version=row["version"],
    )


async def _lock(conn: Conn, *, viewer: Viewer, reminder_id: UUID, version: int | None) -> Row:
    row: Row | None = await Q.lock_reminder(conn, viewer=viewer.user_id, id=reminder_id)
    if row is None:
        raise NotFound(phrase("There is no such reminder."))
    if version is not None and version != row["version"]:
        raise Conflict(phrase("This reminder was changed meanwhile."), version=row["version"])
    return row


async def _list_by_ids(conn: Conn, *, viewer: Viewer, ids: Sequence[UUID]) -> list[Reminder]:
    found = {row["id"]: reminder_of(row) async for row in Q.list_by_ids(conn, viewer=viewer.user_id, ids=ids)}
    return [found[id_] for id_ in ids if id_ in found]


def _changed(row: Row, changes: ReminderChanges) -> NewReminder:
    """What the reminder in `row` is asked to be from now on."""
    seconds, on = row["offset_seconds"], row["at_on"]
    offset = None if seconds is None else dt.timedelta(seconds=seconds)
    at = None if on is None else Moment(on, row["at_time"], row["zone"])
    if changes.get("offset") is not None:
        at = None
    if changes.get("at") is not None:
        offset = None
    offset, at = changes.get("offset", offset), changes.get("at", at)
    return NewReminder(offset, at, changes.get("rrule", row["rrule"] if at else None))


def _columns(new: NewReminder, *, viewer: Viewer, now: dt.datetime) -> dict[str, object]:
    """The columns that say when it rings; BadRequest for what cannot be."""
    if new.offset is not None and new.at is None:
        if new.rrule is not None:
            raise BadRequest(phrase("A reminder that repeats needs a moment to begin at."), field="recurrence")
        return {"offset_seconds": int(new.offset.total_seconds())}
    if new.at is None or new.offset is not None:
        raise BadRequest("A reminder has either an offset or a moment.", field="at")
    moment = Moment(*new.at)
    check_day(moment.on, field="at")
    at = moment.at.replace(microsecond=0, tzinfo=None, fold=0)
    zone = None if moment.zone is None else get_zone(moment.zone).key
    columns: dict[str, object] = {
        "at_on": moment.on,
        "at_time": at,
        "zone": zone,
        "floats": zone is None,
        "rrule": None,
    }
    if new.rrule is not None:
        columns["rrule"] = _check_rule(new.rrule)
    if instant(moment.on, at, zone or viewer.timezone) < now:
        if new.rrule is None:
            raise BadRequest(phrase("This moment is past."), field="at")
        if next_ring({**columns, "zone": zone or viewer.timezone}, after=now) is None:
            raise BadRequest(phrase("This reminder rings no more."), field="recurrence")
    return columns


def _check_rule(text: str) -> str:
    rule = check_recurrence({"rrule": text})["rrule"]
    step = read_rule(rule)[0].step
    if step is not None and step < _CLOSEST:
        raise BadRequest(phrase("A reminder rings every five minutes at most."), field="recurrence")
    return rule
