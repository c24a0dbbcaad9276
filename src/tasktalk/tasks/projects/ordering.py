"""Orders by hand: a card among the others of its column, a section among the others of its board."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.changes import change_tasks
from tasktalk.tasks.listing import get_task
from tasktalk.tasks.model import Act, Task, TaskChanges
from tasktalk.tasks.projects.model import Section
from tasktalk.tasks.projects.sections import change_section, list_sections

Q = queries(__file__)

_STEP = 2.0**-6  # of a second, for what is new stands at its moment
_LEAST = 1e-5  # what lies between two: at a moment of today a float counts in 2.4e-7
_FOLLOWERS = 900  # that may have to make room

Place = UUID | Literal["first", "last"]
"""Behind this one, or at an end."""


def arrange(positions: Sequence[float], place: int) -> tuple[float | None, dict[int, float]]:
    """The position that lies at `place` among `positions`, and the new ones of those behind it that must make room.

    Made in one batch, tasks share a position; then as few as possible are spread. None: there is nothing to lie among.
    """
    before = positions[place - 1] if place else None
    for end in range(place, len(positions) + 1):
        count = end - place + 1
        after = positions[end] if end < len(positions) else None
        if before is None:
            return (None if after is None else after - _STEP), {}
        gap = _STEP if after is None else (after - before) / (count + 1)
        if gap >= _LEAST:
            spread = [before + gap * (number + 1) for number in range(count)]
            return spread[0], {place + number: value for number, value in enumerate(spread[1:])}
    raise AssertionError  # where nothing follows there is room


async def move_card(
    conn: Conn, *, viewer: Viewer, task_id: UUID, section_id: UUID | None, place: Place, by: Act
) -> Task:
    """Puts a task of a project into a section of it, or into none, at a place among the open tasks there.

    A card to lie behind that is not there (any more) counts as the last. Raises NotFound for a task that the viewer
    does not see and for a section that is not its project's, Forbidden for one they may only look at.
    """
    project = (await get_task(conn, viewer=viewer, task_id=task_id)).project  # all are locked at once, below
    if project is None:
        raise BadRequest(phrase("Only a task of a project lies on a board."), field="task")
    sections = {each.id: each.name for each in await list_sections(conn, viewer=viewer, place=project.id)}
    if section_id is not None and section_id not in sections:
        raise NotFound(phrase("There is no such section."), field="section")
    there = [
        (each["id"], each["position"])
        async for each in Q.list_cards_from(
            conn,
            project_id=project.id,
            section_id=section_id,
            task_id=task_id,
            after=place if isinstance(place, UUID) else None,
            first=place == "first",
            limit=_FOLLOWERS,
        )
    ]
    position, others = arrange([at for _, at in there], 0 if place == "first" else min(1, len(there)))
    own: TaskChanges = {"section": None if section_id is None else sections[section_id]}
    if position is not None:
        own["position"] = position
    moved: list[tuple[UUID, TaskChanges]] = [(there[index][0], {"position": at}) for index, at in others.items()]
    return (await change_tasks(conn, viewer=viewer, changes=[(task_id, own), *moved], by=by))[0]


async def move_section(
    conn: Conn, *, viewer: Viewer, project_id: UUID, section_id: UUID, by_places: int, by: Act
) -> Section:
    """Moves a section past so many others, to the right where positive. Raises as `change_section`."""
    sections = await list_sections(conn, viewer=viewer, place=project_id)
    own = next((number for number, each in enumerate(sections) if each.id == section_id), None)
    if own is None:
        raise NotFound(phrase("There is no such section."))
    others = [each for each in sections if each.id != section_id]
    place = max(0, min(len(others), own + by_places))
    position, moved = arrange([each.position for each in others], place)
    for index, at in moved.items():
        await change_section(conn, viewer=viewer, section_id=others[index].id, changes={"position": at}, by=by)
    at = sections[own].position if position is None or place == own else position
    return await change_section(conn, viewer=viewer, section_id=section_id, changes={"position": at}, by=by)
