"""A project as a board: its sections are columns, its tasks are cards that lie in an order of one's own."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.replies.speech import Speech
from tasktalk.console.items import Item, item_of
from tasktalk.console.log import Q
from tasktalk.console.nesting import load_parents, name_parent
from tasktalk.console.page import Note, PageRoute, act_of, go, read_form
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import NewTask
from tasktalk.tasks.projects.ordering import Place, move_card
from tasktalk.tasks.projects.projects import Project, get_project
from tasktalk.tasks.tasks import create_tasks
from tasktalk.web.http import known_id

router = APIRouter(prefix="/projects/{project_id}", route_class=PageRoute, include_in_schema=False)

_CARDS = 150  # that are drawn, as a page has to be light
_FEWEST, _MOST = 10, 50  # of a column


@dataclass(frozen=True, slots=True)
class Column:
    """A section with its first cards; `id` "": what lies in no section. `more`: there are others."""

    id: str
    name: str
    items: list[Item] = field(default_factory=list)
    more: bool = False


async def load_board(
    conn: Conn, *, viewer: Viewer, project: Project, frame: dict[str, Any], speech: Speech
) -> list[Column]:
    """The columns of a project the viewer was found to see. What lies in no section comes first, if anything does."""
    cards = max(_FEWEST, min(_MOST, _CARDS // (len(project.sections) + 1)))
    rows = [row async for row in Q.list_board(conn, project_id=project.id, limit=cards + 1)]
    tasks = {task.id: task for task in await list_tasks_by_ids(conn, viewer=viewer, ids=[row["id"] for row in rows])}
    parents = await load_parents(conn, viewer, list(tasks.values()))
    columns: dict[UUID | None, Column] = {None: Column("", speech.say("No section"))}
    columns |= {section.id: Column(str(section.id), section.name) for section in project.sections}
    full: list[Column] = []
    for key, column in columns.items():
        ids = [row["id"] for row in rows if row["section_id"] == key and row["id"] in tasks]
        items = [item_of(tasks[id_], frame["now"], frame["zone"], speech) for id_ in ids[:cards]]
        named = [name_parent(item, parents) for item in items]
        full.append(Column(column.id, column.name, named, len(ids) > cards))
    return full


@router.post("/cards")
async def move_one(request: Request, project_id: str, visit: Anybody) -> Response:
    """Puts a card into a column: behind the card `after`, else `first` or last in it.

    A button of a card says all three in one: `move` is "TASK SECTION AFTER", "-" for no section.
    """
    form, known, by = await read_form(request), known_id(project_id), act_of(request)
    if move := form.get("move"):
        form |= dict(zip(("task", "to", "after"), move.replace(" - ", "  ").split(" "), strict=False))
    task_id, section_id = known_id(form.get("task", "")), form.get("to", "")
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        task = await move_card(
            conn,
            viewer=visit.viewer,
            task_id=task_id,
            section_id=known_id(section_id) if section_id else None,
            place=_place(form.get("after", "last")),
            by=by,
        )
        if task.project is None or task.project.id != known:
            raise BadRequest(phrase("This card lies on another board."), field="task")
    speech = speech_of(visit.viewer.language)
    words = speech.say("Moved: {title} to {place}", title=task.title, place=task.section or speech.say("No section"))
    return go(f"/projects/{known}?view=board", Note(words, undo=str(by.change_set)))


@router.post("/cards/new")
async def add(request: Request, project_id: str, visit: Anybody) -> Response:
    """A task at the end of a column, its title taken as it stands."""
    form, known, by = await read_form(request), known_id(project_id), act_of(request)
    wanted = form.get("to", "")
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        project = await get_project(conn, viewer=visit.viewer, project_id=known)
        section = next((each.name for each in project.sections if str(each.id) == wanted), None)
        if wanted and section is None:
            raise NotFound(phrase("There is no such section."))
        new = NewTask(title=form.get("title", ""), project_id=known, section=section)
        (task,) = await create_tasks(conn, viewer=visit.viewer, new=[new], by=by)
    words = speech_of(visit.viewer.language).say("Added: {title}", title=task.title)
    return go(f"/projects/{known}?view=board", Note(words, undo=str(by.change_set)))


def _place(after: str) -> Place:
    if after == "first":
        return "first"
    return "last" if after == "last" else known_id(after)
