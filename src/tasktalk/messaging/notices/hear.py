"""Hearing: what the journal says becomes notices, once, in its order."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import new_id
from tasktalk.logs import get_log
from tasktalk.messaging.notices.quiet import after_quiet
from tasktalk.messaging.notices.sentences import TAKEN_BACK
from tasktalk.messaging.notices.told import News, Scene, Told, decide, once, wants

Q = queries(__file__)
log = get_log("messaging.notices")

ROWS = 500  # journal rows in one transaction


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A row of `notices` to be. `facts` name what the sentence speaks of, by id."""

    user_id: UUID
    event: str
    not_before: dt.datetime
    task_id: UUID | None = None
    project_id: UUID | None = None
    actor_id: UUID | None = None
    change_set: UUID | None = None
    facts: Mapping[str, object] | None = None


async def hear(conn: Conn, *, now: dt.datetime, gather: dt.timedelta, rows: int = ROWS) -> int:
    """Takes the oldest news and notes who is to be told of them; answers how many there were.

    What was undone is told to nobody; what an undo took back is dropped if it has not left.
    """
    taken = [row async for row in Q.take_news(conn, rows=rows)]
    if taken:
        stands = [row for row in taken if not row["undone"] and row["undoes"] is None]
        # The columns are named as the fields are.
        around = await _look_around(conn, [News(*(row[name] for name in News.__dataclass_fields__)) for row in stands])
        await add_notices(conn, await _plan(conn, around, leave_at=now + gather), now=now)
        if undone := {row["undoes"] for row in taken if row["undoes"]}:
            await Q.drop_undone(conn, change_sets=list(undone), why=TAKEN_BACK, at=now)
    return len(taken)


async def add_notices(conn: Conn, notices: Sequence[NewNotice], *, now: dt.datetime) -> None:
    """Writes `notices`; the earlier ones have the lower ids."""
    if notices:
        await Q.add_notices(
            conn,
            ids=[new_id() for _ in notices],
            user_ids=[each.user_id for each in notices],
            events=[each.event for each in notices],
            task_ids=[each.task_id for each in notices],
            project_ids=[each.project_id for each in notices],
            actor_ids=[each.actor_id for each in notices],
            change_sets=[each.change_set for each in notices],
            facts=[each.facts or {} for each in notices],
            not_befores=[each.not_before for each in notices],
            at=now,
        )


async def read_people(conn: Conn, user_ids: Collection[UUID]) -> dict[UUID, Record]:
    """Those who can be told something, with time zone, quiet hours, `muted` and `switches`."""
    return {row["id"]: row async for row in Q.list_people(conn, user_ids=list(user_ids))}


@dataclass(frozen=True, slots=True)
class _Around:
    """Some news with the tasks they speak of and the members of the projects, as they are now."""

    news: Sequence[News]
    tasks: Mapping[UUID, Record]
    members: Mapping[UUID, Mapping[UUID, Record]]

    def place(self, news: News) -> UUID | None:
        """The project that it is about: where the task lies now."""
        task = self.tasks.get(news.task_id) if news.task_id else None
        return task["project_id"] if task else news.project_id

    def members_of(self, project_id: UUID | None) -> Mapping[UUID, Record]:
        """By person; nobody in a project that was deleted."""
        return self.members.get(project_id, {}) if project_id else {}


async def _look_around(conn: Conn, all_news: Sequence[News]) -> _Around:
    task_ids = list({news.task_id for news in all_news if news.task_id})
    tasks = {row["id"]: row async for row in Q.list_places(conn, task_ids=task_ids)}
    projects = {news.project_id for news in all_news} | {task["project_id"] for task in tasks.values()}
    members: dict[UUID, dict[UUID, Record]] = {}
    async for row in Q.list_insiders(conn, project_ids=[project for project in projects if project]):
        members.setdefault(row["project_id"], {})[row["user_id"]] = row
    return _Around(all_news, tasks, members)


async def _plan(conn: Conn, around: _Around, *, leave_at: dt.datetime) -> list[NewNotice]:
    """The notices of those who want to hear of it, each after their quiet hours."""
    told: list[Told] = []
    for news in around.news:
        try:
            told += decide(news, await _scene(conn, news, around))
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ):  # a row that is not as ours are must not stop the rest
            log.exception("news_unreadable", seq=news.seq)
    people = await read_people(conn, {each.user_id for each in told}) if told else {}
    return [
        _notice(each, people[each.user_id], around.place(each.news), leave_at=leave_at)
        for each in once(each for each in told if each.user_id in people and _wants(each, people, around))
    ]


def _wants(told: Told, people: Mapping[UUID, Record], around: _Around) -> bool:
    member = around.members_of(around.place(told.news)).get(told.user_id)
    person = people[told.user_id]
    return wants(
        told.event, project=member["switches"] if member else {}, own=person["switches"], muted=person["muted"]
    )


def _notice(told: Told, person: Record, project_id: UUID | None, *, leave_at: dt.datetime) -> NewNotice:
    return NewNotice(
        told.user_id,
        told.event,
        after_quiet(leave_at, quiet_from=person["quiet_from"], quiet_to=person["quiet_to"], zone=person["timezone"]),
        task_id=told.news.task_id,
        project_id=project_id,
        actor_id=told.news.actor_id,
        change_set=told.news.change_set,
        facts=told.facts,
    )


async def _scene(conn: Conn, news: News, around: _Around) -> Scene:
    place = around.place(news)
    roles = {person: str(row["role"]) for person, row in around.members_of(place).items()}
    if news.subject == "invitation":
        return Scene(roles, invited=await _find_invited(conn, news))
    if news.task_id is None:
        return Scene(roles)
    task = around.tasks.get(news.task_id)
    if task is None:
        return Scene()
    if place is None:  # it lies in an Inbox now
        roles = {task["owner_id"]: "owner"}
    assigner = None
    if news.verb in {"accepted", "declined"}:
        assigner = await Q.find_assigner(conn, task_id=news.task_id, assignee=str(news.actor_id), before=news.seq)
    return Scene(roles, task["owner_id"], frozenset(task["assignees"]), frozenset(task["commenters"]), assigner)


async def _find_invited(conn: Conn, news: News) -> UUID | None:
    after = news.after or {}
    if after.get("user_id"):
        return UUID(str(after["user_id"]))
    found: UUID | None = await Q.find_invited(conn, email=after["email"]) if after.get("email") else None
    return found
