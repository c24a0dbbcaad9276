"""What was: the history of a task, taking back, the trash."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.tasks.changes import change_task
from tasktalk.tasks.http import Me, act_of, answers, known_id, pool_of, to_json
from tasktalk.tasks.journal.history import LIMIT, History, list_history
from tasktalk.tasks.journal.trash import list_trash, purge
from tasktalk.tasks.journal.undo import Undone, undo
from tasktalk.tasks.listing import MOST, Page
from tasktalk.tasks.model import Task

router = APIRouter(prefix="/api", tags=["journal"])

Limit = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(description="`next` of the page before.")]


class UndoBody(BaseModel):
    """The act to take back, as the history names it."""

    model_config = ConfigDict(extra="forbid")

    change_set: UUID


@router.get("/tasks/{task_id}/history", responses=answers(History))
async def show_history(
    request: Request, viewer: Me, task_id: str, limit: Limit = LIMIT, cursor: Cursor = None
) -> Response:
    """What became of a task, newest first; also of one in the trash."""
    async with pool_of(request).acquire() as conn:
        found = await list_history(conn, viewer=viewer, task_id=known_id(task_id), limit=limit, cursor=cursor)
    return to_json(found)


@router.post("/undo", responses=answers(Undone))
async def take_back(request: Request, viewer: Me, body: UndoBody) -> Response:
    """Takes back all that one act of the caller's changed, or nothing; 409 names what was changed since."""
    by = act_of(request)
    async with pool_of(request).acquire() as conn, conn.transaction():
        changes = await undo(conn, viewer=viewer, change_set=body.change_set, by=by)
    return to_json(Undone(by.change_set, changes))


@router.get("/trash", responses=answers(Page))
async def show_trash(request: Request, viewer: Me, limit: Limit = LIMIT, cursor: Cursor = None) -> Response:
    """Deleted tasks; they are kept for 30 days, unless set otherwise. Projects: `GET /api/projects?trashed=true`."""
    async with pool_of(request).acquire() as conn:
        return to_json(await list_trash(conn, viewer=viewer, limit=limit, cursor=cursor))


@router.delete("/trash/{thing_id}", status_code=204)
async def delete_for_good(request: Request, viewer: Me, thing_id: str) -> None:
    """Deletes a task or project of the trash for good, with its history; in a project, its owners."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await purge(conn, viewer=viewer, thing_id=known_id(thing_id))


@router.post("/tasks/{task_id}/restore", responses=answers(Task, versioned=True))
async def restore(request: Request, viewer: Me, task_id: str) -> Response:
    """Takes a task out of the trash, with what was deleted with it."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        task = await change_task(
            conn, viewer=viewer, task_id=known_id(task_id), changes={"deleted": False}, by=act_of(request)
        )
    return to_json(task, etag=task.version)
