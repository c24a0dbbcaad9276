"""The files of a task: added, opened, taken away."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.request import Visit, check_token, open_visit
from tasktalk.console.page import Note, PageRoute, UploadRoute, Wrong, act_of, go
from tasktalk.console.task_panel import draw_task
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import AppError, NotFound, TooLarge
from tasktalk.tasks.attachments.api import files_of
from tasktalk.tasks.attachments.attachments import delete_attachment
from tasktalk.tasks.attachments.forms import read_upload_form
from tasktalk.tasks.attachments.uploads import attach, limits_of
from tasktalk.web.http import known_id

_MIB = 1024 * 1024
_PLACE = "/tasks/{task_id}/files"
_taken = APIRouter(prefix=_PLACE, route_class=UploadRoute)
_shown = APIRouter(prefix=_PLACE, route_class=PageRoute)
router = APIRouter(include_in_schema=False)

# The form is read in pieces, so its token is checked by the route and not before it.
_Opened = Annotated[Visit, Depends(open_visit)]


@_taken.post("")
async def add_file(request: Request, task_id: str, visit: _Opened) -> Response:
    """One file; too large, empty or refused, it is told in place."""
    known, speech, by = known_id(task_id), speech_of(visit.viewer.language), act_of(request)
    limits = limits_of(request.app.state.settings)
    try:
        upload, fields = await read_upload_form(request, longest=limits.file)
        check_token(fields.get("csrf"), visit.csrf)
        if not upload.name:
            return await _told(request, visit, task_id, speech.say("Choose a file first."), 400)
        file = await attach(
            request.app.state.pool,
            files_of(request),
            viewer=visit.viewer,
            task_id=known,
            upload=upload,
            limits=limits,
            by=by,
        )
    except NotFound:
        raise
    except AppError as error:
        too_large = isinstance(error, TooLarge) and error.data.get("most") == limits.file
        most = f"{limits.file / _MIB:.4g} MiB"
        words = speech.say("This file is too large: {most} at most.", most=most) if too_large else error.message
        return await _told(request, visit, task_id, words, error.status)
    return go(f"/tasks/{known}#files", Note(speech.say("Added: {title}", title=file.name), undo=str(by.change_set)))


@_shown.post("/{file_id}/delete")
async def remove_file(request: Request, task_id: str, file_id: str, visit: Anybody) -> Response:
    """Into the trash."""
    by = act_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await delete_attachment(conn, viewer=visit.viewer, attachment_id=known_id(file_id), by=by)
    note = Note(speech_of(visit.viewer.language).say("The file is gone."), undo=str(by.change_set))
    return go(f"/tasks/{known_id(task_id)}#files", note)


async def _told(request: Request, visit: Visit, task_id: str, words: str, status: int) -> Response:
    return await draw_task(request, visit, known_id(task_id), wrong=Wrong("file", words, status))


router.include_router(_taken)
router.include_router(_shown)
