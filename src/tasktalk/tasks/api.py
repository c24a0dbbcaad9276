"""The REST API of tasks. What it shows is encoded straight from our own types: they are the contract's."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from tasktalk.tasks.assignments import answer_assignment
from tasktalk.tasks.batch import BatchBody, BatchResults, carry_out
from tasktalk.tasks.bodies import AssignmentBody, NewTaskBody, SkipBody, TaskPatchBody
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.http import IfMatch, Me, act_of, answers, known_id, pool_of, to_json, version_of
from tasktalk.tasks.listing import LIMIT, MOST, SORTS, Page, get_task, list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.occurrences import skip_occurrence
from tasktalk.tasks.tasks import create_tasks

router = APIRouter(prefix="/api", tags=["tasks"])


@router.get("/tasks", responses=answers(Page))
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
    async with pool_of(request).acquire() as conn:
        page = await list_tasks(
            conn, viewer=viewer, filter=filter, sort=sort, limit=limit, cursor=cursor, now=datetime.now(UTC)
        )
    return to_json(page)


@router.post("/tasks", status_code=201, responses=answers(Task, status=201, versioned=True))
async def create(request: Request, viewer: Me, body: NewTaskBody) -> Response:
    """Makes a task."""
    new = body.as_new(viewer.timezone)
    async with pool_of(request).acquire() as conn, conn.transaction():
        [task] = await create_tasks(conn, viewer=viewer, new=[new], by=act_of(request))
    return to_json(task, status=201, etag=task.version, location=f"/api/tasks/{task.id}")


@router.post("/tasks/batch", responses=answers(BatchResults))
async def batch(
    request: Request,
    viewer: Me,
    body: BatchBody,
    *,
    atomic: Annotated[bool, Query(description="All or nothing: the first that fails is the answer's error.")] = False,
) -> Response:
    """Carries out up to 1000 operations in order; one that fails stops no other. One `undo` takes all of them back."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        results = await carry_out(conn, viewer=viewer, operations=body.operations, by=act_of(request), atomic=atomic)
    return to_json(BatchResults(results))


@router.get("/tasks/{task_id}", responses=answers(Task, versioned=True))
async def get(request: Request, viewer: Me, task_id: str) -> Response:
    """One task."""
    async with pool_of(request).acquire() as conn:
        task = await get_task(conn, viewer=viewer, task_id=known_id(task_id))
    return to_json(task, etag=task.version)


@router.patch("/tasks/{task_id}", responses=answers(Task, versioned=True))
async def change(request: Request, viewer: Me, task_id: str, body: TaskPatchBody, if_match: IfMatch = None) -> Response:
    """Changes only the keys that are sent. `status: "done"` moves a recurring task on to its next occurrence."""
    changes, version = body.as_changes(viewer.timezone), version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        task = await change_task(
            conn, viewer=viewer, task_id=known_id(task_id), changes=changes, by=act_of(request), version=version
        )
    return to_json(task, etag=task.version)


@router.post("/tasks/{task_id}/skip", responses=answers(Task, versioned=True))
async def skip(
    request: Request, viewer: Me, task_id: str, body: SkipBody | None = None, if_match: IfMatch = None
) -> Response:
    """Moves a recurring task to its next occurrence, neither done nor missed; with `date`, leaves that day out."""
    version, on = version_of(if_match), body.date if body else None
    async with pool_of(request).acquire() as conn, conn.transaction():
        task = await skip_occurrence(
            conn, viewer=viewer, task_id=known_id(task_id), by=act_of(request), on=on, version=version
        )
    return to_json(task, etag=task.version)


@router.post("/tasks/{task_id}/assignment", responses=answers(Task, versioned=True))
async def answer(request: Request, viewer: Me, task_id: str, body: AssignmentBody) -> Response:
    """An assignee says yes, or declines: then the task is not theirs any more."""
    accept = body.answer == "accept"
    async with pool_of(request).acquire() as conn, conn.transaction():
        task = await answer_assignment(
            conn, viewer=viewer, task_id=known_id(task_id), accept=accept, by=act_of(request)
        )
    return to_json(task, etag=task.version)


@router.delete("/tasks/{task_id}", status_code=204)
async def delete(request: Request, viewer: Me, task_id: str, if_match: IfMatch = None) -> None:
    """Puts a task into the trash."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await change_task(
            conn,
            viewer=viewer,
            task_id=known_id(task_id),
            changes={"deleted": True},
            by=act_of(request),
            version=version,
        )
