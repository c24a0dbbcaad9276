"""The trash: what was deleted and when it goes for good, and both ways out of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.console.frame import load_frame
from tasktalk.console.log import Q
from tasktalk.console.page import Note, PageRoute, act_of, address_with, draw, go, now_of
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.journal.trash import list_trash, purge, when_deleted
from tasktalk.tasks.model import Task
from tasktalk.tasks.projects.projects import change_project, list_project_page
from tasktalk.web.http import known_id

router = APIRouter(prefix="/trash", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_trash(request: Request, visit: Anybody) -> Response:
    """Deleted projects, then tasks, each with its last day."""
    viewer, now, asked = visit.viewer, now_of(request), request.query_params
    speech, days = speech_of(viewer.language), request.app.state.settings.trash_days
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="trash", title=speech.say("Trash"), now=now)
        tasks = await list_trash(conn, viewer=viewer, cursor=asked.get("after") or None)
        projects = await list_project_page(conn, viewer=viewer, trashed=True, cursor=asked.get("projects") or None)
        roles = await _roles_in(conn, viewer, tasks.items)
        since = await when_deleted(
            conn, tasks=[each.id for each in tasks.items], projects=[each.id for each in projects.items]
        )
    return draw(
        request,
        "trash.html",
        days=days,
        tasks=[(each, _last_day(since, each.id, days, frame)) for each in tasks.items if each.id in since],
        trashed=[(each, _last_day(since, each.id, days, frame)) for each in projects.items if each.id in since],
        role_of=lambda task: roles.get(task.project.id, "viewer") if task.project else "owner",
        next_tasks=address_with("/trash", {"after": tasks.next}) if tasks.next else None,
        next_projects=address_with("/trash", {"projects": projects.next}) if projects.next else None,
        **frame | {"live": "tasks"},
    )


@router.post("/tasks/{task_id}/restore")
async def restore_task(request: Request, task_id: str, visit: Anybody) -> Response:
    """Back to where it was, with what was deleted with it."""
    by = act_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        task = await change_task(
            conn, viewer=visit.viewer, task_id=known_id(task_id), changes={"deleted": False}, by=by
        )
    words = speech_of(visit.viewer.language).say("Restored: {title}", title=task.title)
    return go("/trash", Note(words, undo=str(by.change_set)))


@router.post("/projects/{project_id}/restore")
async def restore_project(request: Request, project_id: str, visit: Anybody) -> Response:
    """Back, with all that lies in it."""
    by = act_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        project = await change_project(
            conn, viewer=visit.viewer, project_id=known_id(project_id), changes={"deleted": False}, by=by
        )
    words = speech_of(visit.viewer.language).say("Restored: {title}", title=project.name)
    return go("/trash", Note(words, undo=str(by.change_set)))


@router.post("/{thing_id}/purge")
async def delete_for_good(request: Request, thing_id: str, visit: Anybody) -> Response:
    """A task or project, which nothing brings back."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        name = await purge(conn, viewer=visit.viewer, thing_id=known_id(thing_id))
    return go("/trash", Note(speech_of(visit.viewer.language).say("Deleted for good: {title}", title=name)))


async def _roles_in(conn: Conn, viewer: Viewer, tasks: Sequence[Task]) -> dict[UUID, str]:
    """What the viewer is in each project that one of these lies in."""
    projects = [task.project.id for task in tasks if task.project]
    rows = Q.list_roles(conn, viewer=viewer.user_id, projects=projects)
    return {row["project_id"]: row["role"] async for row in rows}


def _last_day(since: dict[UUID, datetime], id_: UUID, days: int, frame: dict[str, Any]) -> datetime:
    moment: datetime = (since[id_] + timedelta(days=days)).astimezone(frame["zone"])
    return moment
