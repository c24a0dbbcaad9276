"""Tools that only look."""

import re
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from tasktalk.interop.mcp.caller import Caller, caller_of
from tasktalk.interop.mcp.door import Door, part

LOOKS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
TaskId = Annotated[str, Field(description="The task's id, as lists and new tasks show it.")]
_SIGNS = re.compile(r'([\\&|!(),"])')  # what the filter language would read as its own
Sort = Literal["due", "-due", "priority", "title", "position", "created", "-created", "updated", "-updated", "id"]


def add_reading(server: "MCPServer[Door]") -> None:
    """Lists, searches, single things."""
    for tool in (list_tasks, find_tasks, get_task, task_history, list_projects, project_status):
        server.add_tool(tool, annotations=LOOKS)


async def list_tasks(
    ctx: "Context[Door]",
    filter: Annotated[  # noqa: A002  (the API's own name)
        str,
        Field(
            description="Tasktalk's filter language: today, overdue, tomorrow, 7 days, this week, no date, p1, @label, "
            "#Project, assigned to: Name, date: 2026-12-01, done; joined by & | ! and brackets. Open tasks unless "
            "it says otherwise; empty: all open ones."
        ),
    ] = "",
    sort: Sort = "due",
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
    cursor: Annotated[str, Field(description="`next` of the page before.")] = "",
) -> dict[str, Any]:
    """The person's tasks: own and shared. Answers {"items", "next"}; `next` is null on the last page."""
    return await _list(caller_of(ctx), filter or "open", sort=sort, limit=limit, cursor=cursor)


async def find_tasks(
    ctx: "Context[Door]",
    text: Annotated[str, Field(description="Words that stand in the title, the notes or a comment; all of them.")],
    *,
    include_done: bool = False,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    """Searches tasks by words. Use it to find the id of a task that the person speaks of."""
    if not text.strip():
        raise ToolError("Say which words to look for.")
    words = _SIGNS.sub(r"\\\1", text.strip())
    found = f"search: {words}"
    if include_done:
        found = f"(open | done | cancelled) & {found}"
    return await _list(caller_of(ctx), found, sort="due", limit=limit, cursor="")


async def get_task(ctx: "Context[Door]", task_id: TaskId) -> dict[str, Any]:
    """One task with everything: notes, due date, repetition, labels, people, subtasks' count, version."""
    found: dict[str, Any] = await caller_of(ctx).get(f"/api/tasks/{part(task_id)}")
    return found


async def task_history(
    ctx: "Context[Door]", task_id: TaskId, limit: Annotated[int, Field(ge=1, le=100)] = 20
) -> dict[str, Any]:
    """Who changed what of a task and when, newest first."""
    found: dict[str, Any] = await caller_of(ctx).get(f"/api/tasks/{part(task_id)}/history", limit=limit)
    return found


async def list_projects(
    ctx: "Context[Door]", limit: Annotated[int, Field(ge=1, le=500)] = 100, cursor: str = ""
) -> dict[str, Any]:
    """The projects that the person is in, with members, role and counts."""
    found: dict[str, Any] = await caller_of(ctx).get("/api/projects", archived="false", limit=limit, cursor=cursor)
    return found


async def project_status(
    ctx: "Context[Door]", project: Annotated[str, Field(description="Its name or id.")]
) -> dict[str, Any]:
    """How a project stands: its members, sections, progress, and its open tasks, the first due first."""
    caller = caller_of(ctx)
    one = await find_project(caller, project)
    one = await caller.get(f"/api/projects/{part(str(one['id']))}")
    tasks = await _list(caller, f'#"{_quoted(str(one["name"]))}"', sort="due", limit=100, cursor="")
    return {"project": one, "open_tasks": tasks["items"]}


async def find_project(caller: Caller, named: str) -> dict[str, Any]:
    """The project of this id, or of this name, whatever the case. Raises ToolError for none and for several."""
    cursor, found = "", []
    while True:
        page = await caller.get("/api/projects", limit=500, cursor=cursor)
        found += [
            project
            for project in page["items"]
            if named == project["id"] or named.strip().lstrip("#").casefold() == project["name"].casefold()
        ]
        cursor = page["next"] or ""
        if not cursor:
            break
    if len(found) > 1:
        raise ToolError("Several projects have this name; use an id: " + ", ".join(each["id"] for each in found))
    if not found:
        raise ToolError(f"The person is in no project {named!r}. list_projects shows those there are.")
    one: dict[str, Any] = found[0]
    return one


async def _list(caller: Caller, found: str, *, sort: str, limit: int, cursor: str) -> dict[str, Any]:
    page: dict[str, Any] = await caller.get("/api/tasks", filter=found, sort=sort, limit=limit, cursor=cursor)
    return page


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
