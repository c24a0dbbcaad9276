"""Bringing tasks along: a file is looked at first, row by row, and imported when its person says so."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.request import Visit, check_token, open_visit
from tasktalk.console.page import Note, PageRoute, UploadRoute, Wrong, act_of, draw, go, now_of
from tasktalk.console.pages.account_data import draw_data
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, TooLarge
from tasktalk.interop.importing.api import import_file
from tasktalk.interop.importing.drafts import drop_draft, get_draft, keep_draft
from tasktalk.interop.importing.model import MOST_BYTES
from tasktalk.phrases import phrase
from tasktalk.tasks.attachments.forms import read_upload_form
from tasktalk.web.http import known_id

_DATA = "/account/data"
_HERE = _DATA + "/import"
_MOST_SHOWN = 500  # rows
_NAMES = {"todoist": "Todoist", "vikunja": "Vikunja", "tasktalk-csv": "CSV", "tasktalk-json": "Tasktalk, JSON"}
_taken = APIRouter(prefix=_HERE, route_class=UploadRoute)
_shown = APIRouter(prefix=_HERE, route_class=PageRoute)
router = APIRouter(include_in_schema=False)

# The form is read in pieces, so its token is checked by the route and not before it.
_Opened = Annotated[Visit, Depends(open_visit)]


@_taken.post("")
async def look(request: Request, visit: _Opened) -> Response:
    """What would become of the file; it is kept for an hour."""
    try:
        name, content = await _read(request, visit)
        report = await import_file(request, content, viewer=visit.viewer, by=act_of(request), name=name, dry_run=True)
    except (BadRequest, TooLarge) as error:
        return await draw_data(request, visit, wrong=Wrong("file", error.message, error.status))
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        draft_id = await keep_draft(conn, viewer=visit.viewer, name=name, content=content, now=now_of(request))
        context = await load_account(request, conn, visit, here=_DATA)
    rows = sorted(report.rows, key=lambda row: row.outcome != "refused")
    context |= {"report": report, "rows": rows[:_MOST_SHOWN], "more": len(rows) - _MOST_SHOWN, "name": name}
    return draw(request, "account_import.html", draft_id=draft_id, kind=_NAMES[report.format], **context)


@_shown.post("/{draft_id}")
async def bring(request: Request, draft_id: str, visit: Anybody) -> Response:
    """Imports it; one click undoes it."""
    async with request.app.state.pool.acquire() as conn:
        name, content = await get_draft(conn, viewer=visit.viewer, draft_id=known_id(draft_id))
    report = await import_file(request, content, viewer=visit.viewer, by=act_of(request), name=name)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await drop_draft(conn, viewer=visit.viewer)
    words = speech_of(visit.viewer.language).count(
        "{number} task is imported.", "{number} tasks are imported.", report.made
    )
    return go(_DATA, Note(words, undo=str(report.change_set) if report.change_set else None))


@_shown.post("/{draft_id}/forget")
async def forget(request: Request, draft_id: str, visit: Anybody) -> Response:
    """The file is not kept any longer."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await get_draft(conn, viewer=visit.viewer, draft_id=known_id(draft_id))
        await drop_draft(conn, viewer=visit.viewer)
    return go(_DATA)


async def _read(request: Request, visit: Visit) -> tuple[str, bytes]:
    """Name and content of the file in the form, whose token is checked before more of it is taken."""
    upload, fields = await read_upload_form(request, longest=MOST_BYTES)
    check_token(fields.get("csrf"), visit.csrf)
    content = bytearray()
    async for piece in upload.chunks:
        content += piece
        if len(content) > MOST_BYTES:
            raise TooLarge(phrase("A file has 16 MiB at most."), field="file")
    if not upload.name or not content:
        raise BadRequest(phrase("Choose a file first."), field="file")
    return upload.name, bytes(content)


router.include_router(_taken)
router.include_router(_shown)
