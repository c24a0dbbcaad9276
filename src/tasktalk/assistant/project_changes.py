"""Projects in words: making, renaming, archiving, sharing, deleting them, and how they stand."""

import datetime as dt
from dataclasses import replace
from typing import Literal
from uuid import UUID

from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.look import quoted
from tasktalk.assistant.outcomes import (
    Asked,
    Outcome,
    ProjectChanged,
    ProjectMade,
    Projects,
    Said,
    Shared,
    Standing,
    Standings,
)
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.projects import projects
from tasktalk.tasks.projects.model import ProjectChanges
from tasktalk.tasks.projects.sharing.members import add_acquaintance

_LOOKED_AT = 20  # tasks, to find the next one of a project
_PEOPLE = 6  # that a project's status names


async def ensure_project(turn: Turn, name: str) -> UUID:
    """The person's project of that name, made if there is none."""
    known = turn.dialogue.find_project(name)
    if known is not None:
        return known
    made = await projects.create_project(turn.conn, viewer=turn.dialogue.viewer, name=name, by=turn.by)
    turn.dialogue.projects[made.name] = made.id
    return made.id


async def create_project(turn: Turn, intent: Intent) -> Outcome:
    """A new project, unless there is one of that name."""
    name = intent.project or intent.title or ""
    if not name:
        return Said("unknown", turn.said.text)
    existed = turn.dialogue.find_project(name) is not None
    await ensure_project(turn, name)
    return ProjectMade(name, existed)


async def list_names(turn: Turn, _intent: Intent) -> Outcome:
    """The person's projects by name."""
    return Projects(tuple(sorted(turn.dialogue.projects, key=str.casefold)))


async def update(turn: Turn, intent: Intent) -> Outcome:  # noqa: PLR0911  (one line an action)
    """Rename, archive, share or delete a project that the person is in."""
    if not intent.project:
        return Said("which_project")
    project_id = turn.sure[0] if turn.sure else turn.dialogue.find_project(intent.project)
    if project_id is None:
        return Said("no_project", intent.project)
    if turn.sure is None and (asked := await _ask_first(turn, project_id, intent)) is not None:
        return asked
    if intent.action == "share":
        return await _share(turn, project_id, intent)
    if intent.action == "rename" and intent.title:
        if turn.dialogue.find_project(intent.title.removeprefix("#")) not in {None, project_id}:
            return Said("name_taken", intent.title.removeprefix("#"))  # words could not tell the two apart
        return await _change(turn, project_id, "rename", {"name": intent.title})
    if intent.action == "archive":
        return await _change(turn, project_id, "archive", {"archived": True})
    if intent.action == "delete":
        return await _change(turn, project_id, "delete", {"deleted": True})
    return Said("unknown", turn.said.text)


async def _ask_first(turn: Turn, project_id: UUID, intent: Intent) -> Outcome | None:
    """What takes more than one thing away is asked about first; what may not be done is refused, not asked about."""
    if intent.action != "delete" and not (turn.careful and intent.action in {"archive", "share"}):
        return None
    project = await projects.get_project(turn.conn, viewer=turn.dialogue.viewer, project_id=project_id)
    people = {id_: name for name, id_ in turn.dialogue.people.items()}
    named = tuple(people[id_] for id_ in turn.dialogue.find_people(intent.assignees) if id_ in people)
    nothing_lost = intent.action == "delete" and not project.open_count and not turn.careful
    if project.role != "owner" or nothing_lost or (intent.action == "share" and not named):
        return None
    act: Literal["delete", "archive", "share"] = (
        "share" if intent.action == "share" else "archive" if intent.action == "archive" else "delete"
    )
    question = turn.ask("sure", text=turn.said.text, ids=(project_id,), intent=intent)
    return Asked(act, question, project=project.name, number=project.open_count, people=named)


async def show_status(turn: Turn, intent: Intent) -> Outcome:
    """How one project stands, or all of them."""
    project_id = turn.dialogue.find_project(intent.project) if intent.project else None
    if intent.project and project_id is None:
        return Said("no_project", intent.project)
    monday = turn.today - dt.timedelta(days=turn.today.weekday())
    rows = Q.project_figures(
        turn.conn,
        viewer=turn.dialogue.viewer.user_id,
        project_id=project_id,
        today=turn.today,
        now=turn.now,
        since=dt.datetime.combine(monday, dt.time(), turn.dialogue.zone),
    )
    standings = tuple([Standing(row["name"], row["open"], row["done"], row["overdue"]) async for row in rows])
    if project_id is None:
        return Standings(standings)
    [standing] = standings
    coming = await _find_coming(turn, standing.name, project_id)
    turn.dialogue.speak_of([coming.id] if coming else [])
    people = Q.project_people(turn.conn, project_id=project_id, limit=_PEOPLE)
    return replace(
        standing,
        coming=coming,
        all_done=await Q.count_done_in(turn.conn, project_id=project_id),
        people=tuple([(row["name"], row["open"]) async for row in people]),
    )


async def _find_coming(turn: Turn, name: str, project_id: UUID) -> Task | None:
    """The next task that is due there; projects of others may have the same name."""
    page = await list_tasks(
        turn.conn,
        viewer=turn.dialogue.viewer,
        filter=f"#{quoted(name)} & !overdue & !no date",
        sort="due",
        limit=_LOOKED_AT,
        now=turn.now,
    )
    return next((task for task in page.items if task.project and task.project.id == project_id), None)


async def _change(
    turn: Turn, project_id: UUID, change: Literal["rename", "archive", "delete"], changes: ProjectChanges
) -> Outcome:
    viewer, names = turn.dialogue.viewer, turn.dialogue.projects
    before = await projects.get_project(turn.conn, viewer=viewer, project_id=project_id)
    after = await projects.change_project(turn.conn, viewer=viewer, project_id=project_id, changes=changes, by=turn.by)
    names.pop(before.name, None)
    if change == "rename":
        names[after.name] = project_id
    return ProjectChanged(change, after, before.name, already=after.version == before.version)


async def _share(turn: Turn, project_id: UUID, intent: Intent) -> Outcome:
    """Lets people in who can change tasks there. Only those the person shares something with have names here."""
    people = turn.dialogue.find_people(intent.assignees)
    if not people:
        return Said("share_with_whom", intent.project or "")
    viewer = turn.dialogue.viewer
    project = await projects.get_project(turn.conn, viewer=viewer, project_id=project_id)
    there = {member.id: member.name for member in project.members}
    joined = [
        await add_acquaintance(
            turn.conn, viewer=viewer, project_id=project_id, user_id=person, role="editor", by=turn.by
        )
        for person in people
        if person not in there
    ]
    already = tuple(there[person] for person in people if person in there)
    return Shared(project.name, tuple(member.name for member in joined), already)
