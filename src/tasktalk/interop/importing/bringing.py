"""Making what a file has: each row for itself, the whole as one act. A dry run does all of it, and takes it back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import AppError
from tasktalk.ids import new_id, parse_id
from tasktalk.interop.importing.model import Draft, Format, ImportReport, Read, RowReport, Unreadable
from tasktalk.interop.importing.people import Insiders, read_insiders
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.batch import Ready, Refused, Written, try_run
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.checks import clean_line
from tasktalk.tasks.comments.comments import create_comment
from tasktalk.tasks.model import Act, NewTask, TaskChanges
from tasktalk.tasks.names import fold
from tasktalk.tasks.projects.projects import create_project, get_project, list_project_names
from tasktalk.tasks.tasks import BATCH

Q = queries(__file__)

_LONGEST_ID = 200
_NO_PARENT = phrase("Its parent task was refused.")
_CREATED, _CHANGED = 201, 200


class _TakenBack(Exception):
    """Ends a dry run."""


@dataclass(slots=True)
class _Work:
    """An import under way. `ids`: of tasks by their external id, made or there before."""

    conn: Conn
    viewer: Viewer
    by: Act
    format: Format
    default_project: UUID | None
    ids: dict[str, UUID] = field(default_factory=dict)
    places: dict[str, UUID | AppError] = field(default_factory=dict)
    lies: dict[str, UUID | None] = field(default_factory=dict)  # where new tasks lie, by their external id
    insiders: Insiders = field(default_factory=Insiders)
    remarks: dict[str, list[str]] = field(default_factory=dict)  # of people who are not found, by external id
    new_projects: list[str] = field(default_factory=list)
    reports: dict[int, RowReport] = field(default_factory=dict)  # by the place in the file's list


async def import_rows(
    conn: Conn,
    *,
    viewer: Viewer,
    format: Format,  # noqa: A002
    rows: Read,
    by: Act,
    dry_run: bool,
    project_id: UUID | None = None,
) -> ImportReport:
    """Makes what is not there yet; `project_id`: where rows go that name no project (None: the Inbox).

    Raises NotFound for a project that is not there for the viewer.
    """
    if project_id is not None:
        await get_project(conn, viewer=viewer, project_id=project_id)
    work = _Work(conn, viewer, by, format, project_id)
    try:
        async with conn.transaction():  # a savepoint
            await _bring(work, rows)
            if dry_run:
                raise _TakenBack  # noqa: TRY301  (that is how a savepoint is taken back)
    except _TakenBack:
        pass
    reports = [work.reports[place] for place in range(len(rows))]
    if dry_run:
        reports = [_without_id(each) if each.outcome == "made" else each for each in reports]
    counts = {outcome: sum(each.outcome == outcome for each in reports) for outcome in ("made", "exists", "refused")}
    change_set = by.change_set if counts["made"] and not dry_run else None
    return ImportReport(format, dry_run, change_set, **counts, projects=work.new_projects, rows=reports)


async def _bring(work: _Work, rows: Read) -> None:
    drafts: dict[int, Draft] = {}
    for place, each in enumerate(rows):
        if isinstance(each, Unreadable):
            work.reports[place] = RowReport(each.row, each.title, "refused", None, each.why, each.field)
        elif len(each.external_id) > _LONGEST_ID or "\x00" in each.external_id:
            work.reports[place] = RowReport(
                each.row, each.title, "refused", None, phrase("Its id cannot be kept."), "id"
            )
        else:
            drafts[place] = each
    await _find_known(work, [draft.external_id for draft in drafts.values()])
    for place, draft in drafts.items():
        if known := work.ids.get(draft.external_id):
            work.reports[place] = RowReport(draft.row, draft.title, "exists", known)
    await _find_places(work, [each for place, each in drafts.items() if place not in work.reports])
    places = [place for place in (*work.places.values(), work.default_project) if isinstance(place, UUID)]
    work.insiders = await read_insiders(work.conn, viewer=work.viewer, places=places)
    new: dict[int, NewTask] = {}
    for place, draft in _parents_first(drafts, work.reports):
        try:
            new[place] = _as_new(work, draft)
        except AppError as error:
            work.reports[place] = _refused(draft, error.message, error.data.get("field"))
        else:
            work.ids[draft.external_id] = new[place].id
    made = await _make(work, drafts, new)
    await _finish(work, drafts, made)
    if made:
        external_ids = [drafts[place].external_id for place in made]
        await Q.note_imported(
            work.conn,
            owner_id=work.viewer.user_id,
            source=work.format,
            external_ids=external_ids,
            task_ids=list(made.values()),
        )


async def _find_known(work: _Work, external_ids: Sequence[str]) -> None:
    """What this person brought before, and, where ids are our own, what they see here."""
    known = Q.list_known(work.conn, owner_id=work.viewer.user_id, source=work.format, external_ids=list(external_ids))
    found = {row["external_id"]: row["task_id"] async for row in known}
    if work.format.startswith("tasktalk"):
        found |= {text: id_ for text in external_ids if text not in found and (id_ := parse_id(text)) is not None}
    seen = {task.id for task in await list_tasks_by_ids(work.conn, viewer=work.viewer, ids=list(found.values()))}
    work.ids = {text: id_ for text, id_ in found.items() if id_ in seen}


async def _find_places(work: _Work, drafts: Sequence[Draft]) -> None:
    """The projects that are named, by their folded name; those that are missing are made."""
    there = {fold(ref.name): ref.id for ref in reversed(await list_project_names(work.conn, viewer=work.viewer))}
    for draft in drafts:
        if draft.project is None or fold(draft.project) in work.places:
            continue
        name = fold(draft.project)
        try:
            clean = clean_line(draft.project, field=phrase("project"), longest=200)
            known = there.get(name) or there.get(fold(clean))
            if known is None:
                made = await create_project(work.conn, viewer=work.viewer, name=clean, by=work.by)
                work.new_projects.append(made.name)
                known = made.id
            work.places[name] = known
        except AppError as error:
            work.places[name] = error


def _parents_first(drafts: Mapping[int, Draft], done: Mapping[int, RowReport]) -> Iterator[tuple[int, Draft]]:
    """In the order of the file, but no task before its parent; a circle is broken where it is met."""
    places = {draft.external_id: place for place, draft in drafts.items()}
    given: set[int] = set(done)
    for start in drafts:
        line: dict[int, None] = {}
        place: int | None = start
        while place is not None and place not in given and place not in line:
            line[place] = None
            parent = drafts[place].parent
            place = places.get(parent) if parent is not None else None
        for each in reversed(line):
            given.add(each)
            yield each, drafts[each]


def _as_new(work: _Work, draft: Draft) -> NewTask:
    parent_id = work.ids.get(draft.parent) if draft.parent is not None else None
    where: UUID | AppError | None = work.default_project
    if draft.project is not None:
        where = work.places[fold(draft.project)]
    if isinstance(where, AppError):
        raise where
    if parent_id:  # it lies where its parent lies; nobody is given what hangs on a task that was here before
        where = work.lies.get(draft.parent or "")
    work.lies[draft.external_id] = where
    assignees, unknown = work.insiders.find(where, draft.assignees)
    if parent_id and draft.parent not in work.lies:
        assignees, unknown = (), list(draft.assignees)
    if unknown:
        names = ", ".join(unknown)[:_LONGEST_ID]
        said = Told("Not given to {names}: nobody of that name is in its project.", names=names)
        work.remarks[draft.external_id] = [said]
    return NewTask(
        title=draft.title,
        notes=draft.notes,
        priority=draft.priority,
        due_on=draft.due_on,
        due_time=draft.due_time,
        due_zone=draft.due_zone,
        start_on=draft.start_on,
        deadline_on=draft.deadline_on,
        duration_minutes=draft.duration_minutes,
        recurrence=draft.recurrence if draft.status == "open" else None,
        project_id=None if parent_id else where,
        section=draft.section,
        labels=draft.labels,
        assignees=assignees,
        parent_id=parent_id,
        reminders=draft.reminders if draft.status == "open" else (),
        id=new_id(),
    )


async def _make(work: _Work, drafts: Mapping[int, Draft], new: Mapping[int, NewTask]) -> dict[int, UUID]:
    """By place, those that could be made."""
    made: dict[int, UUID] = {}
    places = list(new)
    for begin in range(0, len(places), BATCH):
        run = {place: Ready(new[place], new[place].id, None, _CREATED) for place in places[begin : begin + BATCH]}
        for place, result in (await try_run(work.conn, run, viewer=work.viewer, by=work.by)).items():
            draft = drafts[place]
            if isinstance(result, Written):
                made[place] = result.task.id
                remarks = [*draft.remarks, *work.remarks.get(draft.external_id, [])]
                work.reports[place] = RowReport(draft.row, draft.title, "made", result.task.id, remarks=remarks)
            elif isinstance(result, Refused):
                data = result.error.data or {}
                orphan = data.get("field") == "parent_id"
                why = _NO_PARENT if orphan else result.error.message
                work.reports[place] = _refused(draft, why, data.get("field"))
    return made


async def _finish(work: _Work, drafts: Mapping[int, Draft], made: Mapping[int, UUID]) -> None:
    """What is done is done, and what was said is said."""
    ended = [place for place in made if drafts[place].status != "open"]
    for begin in range(0, len(ended), BATCH):
        run = {}
        for place in ended[begin : begin + BATCH]:
            changes: TaskChanges = {"status": drafts[place].status}
            if changes["status"] == "done":
                changes["completed_at"] = drafts[place].completed_at or work.by.at
            run[place] = Ready(changes, made[place], None, _CHANGED)
        await try_run(work.conn, run, viewer=work.viewer, by=work.by)
    for place, task_id in made.items():
        for text in drafts[place].comments:
            try:
                async with work.conn.transaction():
                    await create_comment(work.conn, viewer=work.viewer, task_id=task_id, text=text, by=work.by)
            except AppError as error:
                work.reports[place].remarks.append(error.message)


def _refused(draft: Draft, why: str, named: object) -> RowReport:
    return RowReport(draft.row, draft.title, "refused", None, why, str(named) if named else None)


def _without_id(report: RowReport) -> RowReport:
    return RowReport(report.row, report.title, report.outcome, None, remarks=report.remarks)
