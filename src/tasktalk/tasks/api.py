"""The REST API of tasks and projects. What it shows is encoded straight from our own types: they are the contract's."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_viewer
from tasktalk.db import Pool
from tasktalk.errors import BadRequest, NotFound
from tasktalk.ids import new_id, parse_id
from tasktalk.tasks.bodies import NewProjectBody, NewTaskBody, TaskPatchBody
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.listing import LIMIT, MOST, SORTS, Page, get_task, list_tasks
from tasktalk.tasks.model import Act, Task
from tasktalk.tasks.projects import Project, ProjectPage, create_project, get_project, list_projects
from tasktalk.tasks.tasks import create_tasks

router = APIRouter(prefix="/api", tags=["tasks"])

_ETAG = {"description": "The version, for If-Match.", "schema": {"type": "string"}}
_TASK: dict[int | str, dict[str, Any]] = {200: {"model": Task, "headers": {"ETag": _ETAG}}}

Me = Annotated[Viewer, Depends(api_viewer)]
IfMatch = Annotated[str | None, Header(description="The version that the change is meant for; 409 when it moved on.")]


@router.get("/tasks", responses={200: {"model": Page}})
async def list_(
    request: Request,
    viewer: Me,
    *,
    filter: Annotated[str | None, Query(description="The filter language, as in `today & p1`.")] = None,  # noqa: A002
    sort: Annotated[str, Query(description=f"One of {', '.join(SORTS)}; a - before it descends.")] = "id",
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """The caller's tasks, by id unless sorted; without a filter, open and done alike."""
    async with _pool(request).acquire() as conn:
        page = await list_tasks(
            conn, viewer=viewer, filter=filter, sort=sort, limit=limit, cursor=cursor, now=datetime.now(UTC)
        )
    return _json(page)


@router.post("/tasks", status_code=201, responses={201: {"model": Task, "headers": {"ETag": _ETAG}}})
async def create(request: Request, viewer: Me, body: NewTaskBody) -> Response:
    """Makes a task."""
    new = body.as_new(viewer.timezone)
    async with _pool(request).acquire() as conn, conn.transaction():
        [task] = await create_tasks(conn, viewer=viewer, new=[new], by=_act(request))
    return _json(task, status=201, etag=task.version, location=f"/api/tasks/{task.id}")


@router.get("/tasks/{task_id}", responses=_TASK)
async def get(request: Request, viewer: Me, task_id: str) -> Response:
    """One task."""
    async with _pool(request).acquire() as conn:
        task = await get_task(conn, viewer=viewer, task_id=_known(task_id))
    return _json(task, etag=task.version)


@router.patch("/tasks/{task_id}", responses=_TASK)
async def change(request: Request, viewer: Me, task_id: str, body: TaskPatchBody, if_match: IfMatch = None) -> Response:
    """Changes only the keys that are sent. `status: "done"` moves a recurring task on to its next occurrence."""
    changes, version = body.as_changes(viewer.timezone), _version(if_match)
    async with _pool(request).acquire() as conn, conn.transaction():
        task = await change_task(
            conn, viewer=viewer, task_id=_known(task_id), changes=changes, by=_act(request), version=version
        )
    return _json(task, etag=task.version)


@router.delete("/tasks/{task_id}", status_code=204)
async def delete(request: Request, viewer: Me, task_id: str, if_match: IfMatch = None) -> None:
    """Puts a task into the trash."""
    version = _version(if_match)
    async with _pool(request).acquire() as conn, conn.transaction():
        await change_task(
            conn, viewer=viewer, task_id=_known(task_id), changes={"deleted": True}, by=_act(request), version=version
        )


@router.get("/projects", responses={200: {"model": ProjectPage}})
async def list_mine(request: Request, viewer: Me) -> Response:
    """The projects the caller is in, all on one page."""
    async with _pool(request).acquire() as conn:
        return _json(ProjectPage(await list_projects(conn, viewer=viewer)))


@router.post("/projects", status_code=201, responses={201: {"model": Project}})
async def create_one(request: Request, viewer: Me, body: NewProjectBody) -> Response:
    """Makes a project of the caller's own."""
    async with _pool(request).acquire() as conn, conn.transaction():
        project = await create_project(conn, viewer=viewer, name=body.name, colour=body.colour, by=_act(request))
    return _json(project, status=201, location=f"/api/projects/{project.id}")


@router.get("/projects/{project_id}", responses={200: {"model": Project}})
async def get_one(request: Request, viewer: Me, project_id: str) -> Response:
    """One project."""
    async with _pool(request).acquire() as conn:
        return _json(await get_project(conn, viewer=viewer, project_id=_known(project_id)))


def _pool(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool


def _act(request: Request) -> Act:
    channel = "api" if "authorization" in request.headers else "web"
    return Act(new_id(), channel, datetime.now(UTC))


def _known(text: str) -> UUID:
    """The id in a path; a malformed one is one that does not exist."""
    found = parse_id(text)
    if found is None:
        raise NotFound
    return found


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    if not tag.isascii() or not tag.isdigit():
        raise BadRequest("If-Match is a version, as in the ETag.", field="If-Match")
    return int(tag[:18])


def _json(body: object, *, status: int = 200, etag: int | None = None, location: str | None = None) -> Response:
    headers = {"ETag": f'"{etag}"'} if etag is not None else {}
    if location is not None:
        headers["Location"] = location
    return Response(msgspec.json.encode(body), status, headers, "application/json")
