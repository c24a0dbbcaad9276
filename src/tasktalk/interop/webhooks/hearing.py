"""Hearing: what happened becomes deliveries, once for each webhook that asks for it and whose owner may see it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from asyncpg import Record

from tasktalk.accounts.access import Viewer, viewer_of
from tasktalk.db import Conn
from tasktalk.ids import new_id
from tasktalk.interop.webhooks.events import Person, TaskData, Told, event_of, list_changed
from tasktalk.interop.webhooks.telling import read_admin_news
from tasktalk.interop.webhooks.webhooks import Q
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task

ROWS = 200  # in one transaction
_MOST_CHARACTERS = 4 * 1024 * 1024  # of bodies in one statement


@dataclass(frozen=True, slots=True)
class Heard:
    """How many happenings were taken, and how many characters of bodies came of them."""

    rows: int
    characters: int


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A row of `webhook_deliveries` to be."""

    webhook_id: UUID
    event: str
    body: str
    task_id: UUID | None = None


async def hear(conn: Conn, *, now: dt.datetime, rows: int = ROWS, factor: bool = False) -> Heard:
    """Takes the oldest happenings and notes whom to tell. In a transaction.

    `factor`: administrators have to have a second one.
    """
    taken = sorted([row async for row in Q.take_happenings(conn, rows=rows)], key=lambda row: row["seq"])
    if not taken:
        return Heard(0, 0)
    made: dict[int, list[NewDelivery]] = defaultdict(list)
    await _hear_tasks(conn, [row for row in taken if row["source"] == "journal"], made)
    others = [row for row in taken if row["source"] != "journal"]
    if others:
        await _hear_others(conn, others, made, factor=factor)
    new = [each for row in taken for each in made[row["seq"]]]
    await add_deliveries(conn, new, now=now)
    return Heard(len(taken), sum(len(each.body) for each in new))


async def add_deliveries(conn: Conn, new: Sequence[NewDelivery], *, now: dt.datetime) -> list[UUID]:
    """Their ids, in order, which is the order in which they leave."""
    ids: list[UUID] = []
    for portion in portions(new):
        ids += (portion_ids := [new_id() for _ in portion])
        await Q.add_deliveries(
            conn,
            ids=portion_ids,
            webhook_ids=[each.webhook_id for each in portion],
            events=[each.event for each in portion],
            task_ids=[each.task_id for each in portion],
            bodies=[each.body for each in portion],
            at=now,
        )
    return ids


def portions(new: Sequence[NewDelivery]) -> Iterator[list[NewDelivery]]:
    """In order, each no larger than one statement should be: PostgreSQL takes none of a GiB, and notes may be long."""
    portion: list[NewDelivery] = []
    left = _MOST_CHARACTERS
    for each in new:
        if portion and left < len(each.body):
            yield portion
            portion, left = [], _MOST_CHARACTERS
        portion.append(each)
        left -= len(each.body)
    if portion:
        yield portion


def write_body(told: Told) -> str:
    """The very text that is signed and sent."""
    return msgspec.json.encode(told).decode()


async def _hear_tasks(conn: Conn, taken: Sequence[Record], made: dict[int, list[NewDelivery]]) -> None:
    """By the owner of a webhook, who sees some of the tasks; as the tasks are now."""
    if not taken:
        return
    news = {row["seq"]: row async for row in Q.read_journal(conn, seqs=[row["ref"] for row in taken])}
    events = {seq: event_of(row["verb"]) for seq, row in news.items()}
    pairs = [row async for row in Q.list_pairs(conn, seqs=list(events), events=list(events.values()))]
    seen = await _read_seen(conn, pairs)
    happened = {row["ref"]: row["seq"] for row in taken}
    bodies: dict[tuple[int, UUID], str] = {}
    for pair in pairs:
        task = seen.get((pair["owner_id"], pair["task_id"]))
        if task is None:
            continue
        row, key = news[pair["seq"]], (pair["seq"], pair["owner_id"])
        if key not in bodies:
            bodies[key] = write_body(Told(events[pair["seq"]], row["at"], _task_data(row, task)))
        made[happened[pair["seq"]]].append(NewDelivery(pair["id"], events[pair["seq"]], bodies[key], pair["task_id"]))


def _task_data(row: Record, task: Task) -> TaskData:
    actor = Person(row["actor_id"], row["actor"]) if row["actor_id"] else None
    return TaskData(task, row["verb"], list_changed(row["before"], row["after"]), actor, row["channel"])


async def _read_seen(conn: Conn, pairs: Sequence[Record]) -> Mapping[tuple[UUID, UUID], Task]:
    """By owner and task."""
    wanted: dict[UUID, set[UUID]] = defaultdict(set)
    for pair in pairs:
        wanted[pair["owner_id"]].add(pair["task_id"])
    seen: dict[tuple[UUID, UUID], Task] = {}
    for viewer in await list_viewers(conn, list(wanted)):
        ids = sorted(wanted[viewer.user_id])
        for task in await list_tasks_by_ids(conn, viewer=viewer, ids=ids, trashed=True):
            seen[viewer.user_id, task.id] = task
    return seen


async def list_viewers(conn: Conn, ids: Sequence[UUID]) -> list[Viewer]:
    """Those of them whose account is not switched off."""
    return [viewer_of(row) async for row in Q.list_viewers(conn, ids=list(ids))]


async def _hear_others(
    conn: Conn, taken: Sequence[Record], made: dict[int, list[NewDelivery]], *, factor: bool
) -> None:
    events = list({row["event"] for row in taken})
    hooks = [row async for row in Q.list_admins_hooks(conn, events=events, factor=factor)]
    if not hooks:
        return
    for row, told in await read_admin_news(conn, taken):
        body = write_body(told)
        made[row["seq"]] += [NewDelivery(hook["id"], told.type, body) for hook in hooks if told.type in hook["events"]]
