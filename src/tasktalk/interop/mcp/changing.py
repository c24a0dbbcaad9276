"""Tools that change tasks and projects. Each is one request: journalled, audited and undone like everything else."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from tasktalk.interop.mcp.caller import Caller, caller_of
from tasktalk.interop.mcp.door import Door, part
from tasktalk.interop.mcp.reading import TaskId, find_project

ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)
SETTLES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
TAKES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False)

Day = Annotated[str | None, Field(description="ISO 8601, such as 2026-12-01.")]
Hour = Annotated[str | None, Field(description="On the person's wall clock, such as 17:30; none: the whole day.")]
Weight = Annotated[int | None, Field(ge=1, le=4, description="1 is the most urgent.")]
Clearable = Literal["notes", "priority", "due", "start", "deadline", "project", "section", "labels", "recurrence"]
_EMPTY: dict[str, object] = {"notes": "", "labels": []}


def add_changing(server: "MCPServer[Door]") -> None:
    """New tasks, changes, the trash and the way out of it."""
    kinds: list[tuple[ToolAnnotations, tuple[Callable[..., Any], ...]]] = [
        (ADDS, (create_task, comment_on_task, remind_of_task, create_project)),
        (CHANGES, (update_task, reschedule_task, assign_task)),
        (SETTLES, (complete_task, reopen_task, restore_task)),
        (TAKES, (delete_task,)),
    ]
    for annotations, tools in kinds:
        for tool in tools:
            server.add_tool(tool, annotations=annotations)


async def create_task(
    ctx: "Context[Door]",
    *,
    title: str,
    due_date: Day = None,
    due_time: Hour = None,
    notes: Annotated[str | None, Field(description="Markdown.")] = None,
    priority: Weight = None,
    project: Annotated[str | None, Field(description="Name or id; none: the person's Inbox.")] = None,
    section: str | None = None,
    labels: list[str] | None = None,
    deadline: Day = None,
    rrule: Annotated[str | None, Field(description="RFC 5545, such as FREQ=WEEKLY;BYDAY=MO; it needs a date.")] = None,
    reminders: Annotated[list[str] | None, Field(description="From when it is due, such as -PT30M or PT0S.")] = None,
    parent_id: Annotated[str | None, Field(description="The task that it is a part of.")] = None,
) -> dict[str, Any]:
    """Adds a task of the person's own. For words such as "milk tomorrow 5pm #Home" use `say` instead."""
    caller = caller_of(ctx)
    body: dict[str, object] = {
        "title": title,
        "notes": notes,
        "due": _due(due_date, due_time),
        "priority": priority,
        "project": await _project_id(caller, project),
        "section": section,
        "labels": labels,
        "deadline": deadline,
        "recurrence": {"rrule": rrule} if rrule else None,
        "reminders": reminders,
        "parent_id": parent_id,
    }
    made: dict[str, Any] = await caller.post("/api/tasks", _said(body))
    return made


async def update_task(
    ctx: "Context[Door]",
    *,
    task_id: TaskId,
    title: str | None = None,
    notes: Annotated[str | None, Field(description="Markdown; takes the place of what is there.")] = None,
    priority: Weight = None,
    project: Annotated[str | None, Field(description="Name or id of the project to move it to.")] = None,
    section: str | None = None,
    labels: Annotated[list[str] | None, Field(description="All labels that it shall have.")] = None,
    rrule: Annotated[str | None, Field(description="RFC 5545, such as FREQ=DAILY.")] = None,
    clear: Annotated[list[Clearable] | None, Field(description="What to empty.")] = None,
) -> dict[str, Any]:
    """Changes only what is said of a task. For its dates use `reschedule_task`."""
    caller = caller_of(ctx)
    body = _said(
        {
            "title": title,
            "notes": notes,
            "priority": priority,
            "project": await _project_id(caller, project),
            "section": section,
            "labels": labels,
            "recurrence": {"rrule": rrule} if rrule else None,
        }
    )
    body |= {name: _EMPTY.get(name) for name in clear or []}
    return await _change(caller, task_id, body)


async def reschedule_task(
    ctx: "Context[Door]",
    *,
    task_id: TaskId,
    due_date: Day = None,
    due_time: Hour = None,
    start: Day = None,
    deadline: Day = None,
) -> dict[str, Any]:
    """Moves a task to another day or hour. Of a repeating task this moves one occurrence; its rule goes on."""
    body = _said({"due": _due(due_date, due_time), "start": start, "deadline": deadline})
    return await _change(caller_of(ctx), task_id, body)


async def assign_task(
    ctx: "Context[Door]",
    task_id: TaskId,
    people: Annotated[list[str], Field(description='Names or ids of members of its project, or "me"; none: nobody.')],
) -> dict[str, Any]:
    """Says whose task it is. They are told, and may decline."""
    caller = caller_of(ctx)
    task = await caller.get(f"/api/tasks/{part(task_id)}")
    ids = [await _person(caller, task, named) for named in people]
    return await _change(caller, task_id, {"assignees": ids})


async def complete_task(ctx: "Context[Door]", task_id: TaskId) -> dict[str, Any]:
    """Ticks a task; a repeating one goes on to its next day. Its open subtasks end too."""
    return await _change(caller_of(ctx), task_id, {"status": "done"})


async def reopen_task(ctx: "Context[Door]", task_id: TaskId) -> dict[str, Any]:
    """Makes a done or cancelled task open again."""
    return await _change(caller_of(ctx), task_id, {"status": "open"})


async def delete_task(ctx: "Context[Door]", task_id: TaskId) -> dict[str, Any]:
    """Puts a task and its subtasks into the trash; `restore_task` or `undo` brings them back."""
    await caller_of(ctx).delete(f"/api/tasks/{part(task_id)}")
    return {"deleted": task_id}


async def restore_task(ctx: "Context[Door]", task_id: TaskId) -> dict[str, Any]:
    """Takes a task out of the trash, with what was deleted with it."""
    found: dict[str, Any] = await caller_of(ctx).post(f"/api/tasks/{part(task_id)}/restore")
    return found


async def comment_on_task(
    ctx: "Context[Door]",
    task_id: TaskId,
    text: Annotated[str, Field(description="Markdown; @Name mentions somebody who sees the task.")],
) -> dict[str, Any]:
    """Writes a comment under a task; those who share it are told."""
    found: dict[str, Any] = await caller_of(ctx).post("/api/comments", {"task_id": task_id, "text": text})
    return found


async def remind_of_task(
    ctx: "Context[Door]",
    task_id: TaskId,
    offset: Annotated[str | None, Field(description="From when it is due, such as -PT30M.")] = None,
    date: Day = None,
    time: Hour = None,
) -> dict[str, Any]:
    """Sets a reminder for the person alone: an offset from the due date, or a date with a time."""
    if (offset is None) == (date is None) or (date is None) != (time is None):
        raise ToolError("Give an offset, or a date with a time.")
    body: dict[str, object] = {"task_id": task_id}
    body |= {"offset": offset} if offset else {"at": {"date": date, "time": time}}
    found: dict[str, Any] = await caller_of(ctx).post("/api/reminders", body)
    return found


async def create_project(ctx: "Context[Door]", name: str, description: str | None = None) -> dict[str, Any]:
    """Makes a project of the person's own."""
    found: dict[str, Any] = await caller_of(ctx).post(
        "/api/projects", _said({"name": name, "description": description})
    )
    return found


async def _change(caller: Caller, task_id: str, body: dict[str, object]) -> dict[str, Any]:
    if not body:
        raise ToolError("Say what to change.")
    found: dict[str, Any] = await caller.patch(f"/api/tasks/{part(task_id)}", body)
    return found


async def _project_id(caller: Caller, named: str | None) -> str | None:
    return str((await find_project(caller, named))["id"]) if named else None


async def _person(caller: Caller, task: dict[str, Any], named: str) -> str:
    """The id of a member of the task's project. Raises ToolError for none and for several of the name."""
    me = await caller.get("/api/users/me")
    if named.casefold() in {"me", me["id"]}:
        return str(me["id"])
    project = task["project"]
    page = await caller.get(f"/api/projects/{part(project['id'])}/members") if project else {"items": []}
    members = [each.get("user", each) for each in page["items"]]
    found = [each for each in members if named == each["id"] or _is_called(each["name"], named)]
    if len(found) != 1:
        known = ", ".join(f"{each['name']} ({each['id']})" for each in members) or "nobody else"
        raise ToolError(f"{named!r} names {'several' if found else 'none'} of those who share this task: {known}.")
    return str(found[0]["id"])


def _is_called(name: str, said: str) -> bool:
    wanted = said.strip().lstrip("@+").casefold()
    return wanted in {name.casefold(), name.split(maxsplit=1)[0].casefold()}


def _due(date: str | None, time: str | None) -> dict[str, object] | None:
    if date is None and time is None:
        return None
    if date is None:
        raise ToolError("A time needs its date.")
    return _said({"date": date, "time": time})


def _said(body: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in body.items() if value is not None}
