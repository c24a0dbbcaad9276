"""The whole of a calendar: read as its person sees it, and written as iCalendar (RFC 5545, RFC 7986)."""

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from icalendar import Calendar

from tasktalk import __version__
from tasktalk.accounts.access import Viewer, viewer_of
from tasktalk.crypto import hash_token
from tasktalk.db import Conn
from tasktalk.errors import NotFound
from tasktalk.interop.feeds.components import Clock, Entry, Ring, events_of, todos_of
from tasktalk.interop.feeds.feeds import Q
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.listing import MOST as A_PAGE
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.model import Task

MOST = 2000  # tasks in one calendar, those due first
REFRESH = dt.timedelta(minutes=15)
_TOUCH_EVERY = dt.timedelta(minutes=1)
_AT_ONCE = 20  # tasks, then others have their turn
_LONGEST_TOKEN = 200
_MOST_KEPT = 16
_written: dict[tuple[str, str], bytes] = {}  # by tag and address: many programs ask again without an ETag


@dataclass(frozen=True, slots=True)
class Contents:
    """What a calendar shows; `tag` is of all of it: the same tag, the same calendar."""

    name: str
    kind: str
    timezone: str
    entries: Sequence[Entry]
    tag: str


async def find_by_address(conn: Conn, *, token: str) -> Record:
    """The calendar at this address, and whose it is. Raises NotFound for one that is nobody's."""
    row: Record | None = None
    if len(token) <= _LONGEST_TOKEN:
        row = await Q.find_by_token(conn, token_hash=hash_token(token))
    if row is None:
        raise NotFound(phrase("There is no such calendar."))
    return row


async def read_contents(conn: Conn, *, row: Record, now: dt.datetime) -> Contents:
    """What its person sees of it now; `row`: of `find_by_address`."""
    await Q.touch_feed(conn, id=row["id"], at=now, before=now - _TOUCH_EVERY)
    viewer = viewer_of({"name": row["user_name"], **{k: row[k] for k in ("user_id", "role", "language", "timezone")}})  # type: ignore[arg-type]
    tasks = await _list_tasks(conn, row, viewer, now)
    if row["kind"] == "events":
        tasks = [task for task in tasks if task.due is not None]
    entries = await _read_entries(conn, row, viewer, tasks)
    seen = [row["name"], row["kind"], viewer.timezone, __version__, entries]
    tag = blake2b(msgspec.json.encode(seen), digest_size=16).hexdigest()
    return Contents(row["name"], row["kind"], viewer.timezone, entries, tag)


async def _list_tasks(conn: Conn, row: Record, viewer: Viewer, now: dt.datetime) -> list[Task]:
    if row["project_id"] is not None:
        ids = [each["id"] async for each in Q.list_in_project(conn, project_id=row["project_id"], limit=MOST)]
        return await list_tasks_by_ids(conn, viewer=viewer, ids=ids)
    found: list[Task] = []
    cursor: str | None = None
    while len(found) < MOST:
        page = await list_tasks(
            conn, viewer=viewer, filter=row["filter"] or "open", sort="due", limit=A_PAGE, cursor=cursor, now=now
        )
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found[:MOST]


async def _read_entries(conn: Conn, row: Record, viewer: Viewer, tasks: Sequence[Task]) -> list[Entry]:
    ids = [task.id for task in tasks]
    clocks = {each["id"]: each async for each in Q.read_clocks(conn, ids=ids)}
    rings: dict[UUID, list[Ring]] = defaultdict(list)
    if row["alarms"]:
        whole_day = {task.id for task in tasks if task.due is not None and task.due.time is None}
        starts: dt.time = row["day_starts"]
        begins = dt.timedelta(hours=starts.hour, minutes=starts.minute)
        async for each in Q.read_alarms(conn, user_id=viewer.user_id, ids=ids):
            offset = None if each["offset_seconds"] is None else dt.timedelta(seconds=each["offset_seconds"])
            if offset is not None and each["task_id"] in whole_day:
                offset += begins
            rings[each["task_id"]].append(Ring(offset, each["ring_at"] if offset is None else None))
    return [Entry(task, _clock(task, clocks.get(task.id), viewer), rings[task.id]) for task in tasks]


def _clock(task: Task, row: Record | None, viewer: Viewer) -> Clock | None:
    """Read a moment after the task: where they differ, the task as it is shown counts."""
    if task.due is None:
        return None
    at = None if task.due.time is None else dt.time.fromisoformat(task.due.time)
    if row is None or at is None:
        series = None if row is None or row["series_on"] is None else (row["series_on"], row["series_time"])
        return Clock(task.due.date, at, None if at is None else viewer.timezone, series)
    floats = row["due_floats_with"] == viewer.user_id
    zone = None if floats else row["due_zone"] or viewer.timezone
    return Clock(task.due.date, at, zone, (row["series_on"], row["series_time"]) if row["series_on"] else None)


async def write_calendar(contents: Contents, *, address: str) -> bytes:
    """The document; `address` is where the console is. Long ones let others have their turn, the last ones are kept."""
    key = (contents.tag, address)
    if key not in _written:
        _written[key] = await _write(contents, address)
        while len(_written) > _MOST_KEPT:
            del _written[next(iter(_written))]
    return _written[key]


async def _write(contents: Contents, address: str) -> bytes:
    whole = Calendar()
    whole.add("prodid", f"-//Tasktalk//Tasktalk {__version__}//EN")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("name", contents.name)
    whole.add("x-wr-calname", contents.name)
    whole.add("x-wr-timezone", contents.timezone)  # what floats is read in it by those who know no floating time
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", "PT15M")
    parts: list[bytes] = []
    zoned = Calendar()
    make: Any = events_of if contents.kind == "events" else todos_of
    for number, entry in enumerate(contents.entries, 1):
        for component in make(entry, address=address):
            if entry.clock is not None and entry.clock.zone is not None:
                zoned.add_component(component)
            parts.append(component.to_ical())
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    zoned.add_missing_timezones(first_date=dt.date(2020, 1, 1))
    zones = [zone.to_ical() for zone in zoned.timezones]
    head = whole.to_ical()
    end = head.rindex(b"END:VCALENDAR")
    return b"".join((head[:end], *zones, *parts, head[end:]))
