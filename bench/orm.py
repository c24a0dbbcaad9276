"""The yardstick: the list of open tasks by due date as a plain SQLAlchemy ORM has it, beside ours, in one process."""

import datetime as dt
import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import DateTime, ForeignKey, Text, Uuid, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, column_property, mapped_column, relationship, selectinload

from tasktalk.accounts.access import Viewer, viewer_of
from tasktalk.db.pool import connect
from tasktalk.tasks import list_tasks

_LIMIT = 50
_VIEWERS = "select id as user_id, name, role, language, timezone from users where role = 'member' order by id limit 21"


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """A person."""

    __tablename__ = "users"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


class Project(Base):
    """A project."""

    __tablename__ = "projects"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    deleted_at: Mapped[dt.datetime | None]


class Member(Base):
    """Somebody in a project."""

    __tablename__ = "project_members"
    project_id: Mapped[UUID] = mapped_column(ForeignKey(Project.id), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), primary_key=True)


class Section(Base):
    """A column of a board."""

    __tablename__ = "sections"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


class Comment(Base):
    """A comment."""

    __tablename__ = "comments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"))


class Attachment(Base):
    """A file."""

    __tablename__ = "attachments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"))
    name: Mapped[str]
    mime_type: Mapped[str]
    size: Mapped[int]
    deleted_at: Mapped[dt.datetime | None]


class Task(Base):
    """A task with what is shown of it."""

    __tablename__ = "tasks"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey(Project.id))
    section_id: Mapped[UUID | None] = mapped_column(ForeignKey(Section.id))
    parent_id: Mapped[UUID | None]
    title: Mapped[str]
    notes: Mapped[str]
    status: Mapped[str]
    priority: Mapped[int | None]
    due_on: Mapped[dt.date | None]
    due_time: Mapped[dt.time | None]
    due_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    start_on: Mapped[dt.date | None]
    deadline_on: Mapped[dt.date | None]
    duration_minutes: Mapped[int | None]
    recurrence: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    assignees: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    position: Mapped[float]
    source_channel: Mapped[str | None]
    source_message_id: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    completed_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[dt.datetime | None]
    project: Mapped[Project | None] = relationship()
    section: Mapped[Section | None] = relationship()
    attachments: Mapped[list[Attachment]] = relationship(
        primaryjoin="and_(Attachment.task_id == Task.id, Attachment.deleted_at.is_(None))", viewonly=True
    )


_Child = aliased(Task)
Task.comments_count = column_property(
    select(func.count()).where(Comment.task_id == Task.id).correlate_except(Comment).scalar_subquery()
)
Task.subtasks_count = column_property(
    select(func.count(_Child.id))
    .where(_Child.parent_id == Task.id, _Child.deleted_at.is_(None))
    .correlate_except(_Child)
    .scalar_subquery()
)


@dataclass(slots=True)
class Yardstick:
    """Milliseconds a list, from the query to its JSON; by whether it is of who has much."""

    orm: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    ours: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})


async def measure(dsn: str, *, rounds: int) -> Yardstick:
    """`rounds` lists of each, in turns, for who has much and for those who have little."""
    found = Yardstick()
    conn = await connect(dsn, application_name="bench", limited=True)

    async def open_connection() -> Any:
        return await asyncpg.connect(dsn, server_settings={"jit": "off"})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=open_connection, pool_size=1)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    try:
        viewers = [viewer_of(row) for row in await conn.fetch(_VIEWERS)]
        now = dt.datetime.now(dt.UTC)
        for number in range(-2, rounds):  # the first two warm it up
            for viewer in (viewers[0], viewers[1 + number % (len(viewers) - 1)]):
                began = time.perf_counter()
                page = await list_tasks(conn, viewer=viewer, now=now, filter="all", sort="due", limit=_LIMIT)
                ours = msgspec.json.encode(page.items)
                between = time.perf_counter()
                async with sessions() as session:
                    theirs = await _list(session, viewer)
                ended = time.perf_counter()
                _compare(ours, theirs)
                if number >= 0:
                    much = viewer is viewers[0]
                    found.ours[much].append((between - began) * 1000)
                    found.orm[much].append((ended - between) * 1000)
    finally:
        await engine.dispose()
        await conn.close()
    return found


async def _list(session: AsyncSession, viewer: Viewer) -> bytes:
    mine = (
        select(Member.project_id)
        .join(Project, Project.id == Member.project_id)
        .where(Member.user_id == viewer.user_id, Project.deleted_at.is_(None))
    )
    query = (
        select(Task)
        .where(
            Task.deleted_at.is_(None),
            Task.status == "open",
            or_(and_(Task.owner_id == viewer.user_id, Task.project_id.is_(None)), Task.project_id.in_(mine)),
        )
        .order_by(Task.due_on.nulls_last(), Task.due_time.nulls_last(), Task.priority.nulls_last(), Task.id)
        .limit(_LIMIT)
        .options(selectinload(Task.project), selectinload(Task.section), selectinload(Task.attachments))
    )
    tasks = (await session.scalars(query)).all()
    ids = {person for task in tasks for person in task.assignees}
    people = {user.id: user for user in await session.scalars(select(User).where(User.id.in_(ids)))}
    return json.dumps([_as_json(task, people) for task in tasks], default=str).encode()


def _as_json(task: Any, people: dict[UUID, User]) -> dict[str, Any]:
    due = {"date": task.due_on, "time": task.due_time and f"{task.due_time:%H:%M}", "datetime": task.due_at}
    source = {"channel": task.source_channel, "message_id": task.source_message_id}
    return {
        "id": task.id,
        "title": task.title,
        "notes": task.notes,
        "status": task.status,
        "priority": task.priority,
        "due": due if task.due_on else None,
        "start": task.start_on,
        "deadline": task.deadline_on,
        "duration_minutes": task.duration_minutes,
        "recurrence": task.recurrence,
        "project": {"id": task.project.id, "name": task.project.name} if task.project else None,
        "section": task.section and task.section.name,
        "labels": task.labels,
        "assignees": [{"id": each, "name": people[each].name} for each in task.assignees],
        "parent_id": task.parent_id,
        "subtasks_count": task.subtasks_count,
        "attachments": [
            {"id": each.id, "name": each.name, "mime_type": each.mime_type, "size": each.size}
            for each in task.attachments
        ],
        "comments_count": task.comments_count,
        "position": task.position,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "completed_at": task.completed_at,
        "version": task.version,
        "source": source if task.source_channel else None,
    }


def _compare(ours: bytes, theirs: bytes) -> None:
    """RuntimeError unless both are the same tasks in the same order, with the same counts."""
    keys = ("id", "title", "section", "subtasks_count", "comments_count", "labels")
    one, other = [[{key: task[key] for key in keys} for task in json.loads(text)] for text in (ours, theirs)]
    if one != other:
        raise RuntimeError("the yardstick lists other tasks")
