"""The REST API of exports."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.exporting.export import read_export
from tasktalk.assistant.exporting.model import MEDIA_TYPES, Export, Format
from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase
from tasktalk.tasks.attachments.store import chain
from tasktalk.tasks.http import Me, pool_of

router = APIRouter(prefix="/api", tags=["tasks"])

_BYTES = {"type": "string", "format": "binary"}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The document.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
_EXAMPLE = {"exported_at": "2026-11-23T10:00:00Z", "items": [], "comments": [], "reminders": [], "files": []}
_CONTENT[200]["content"] |= {
    "application/json": {"schema": {"type": "object"}, "example": _EXAMPLE},
    "application/pdf": {"schema": _BYTES},
    "application/zip": {"schema": _BYTES},
}


@router.get("/export", response_class=StreamingResponse, responses=_CONTENT)
async def export(
    request: Request,
    viewer: Me,
    *,
    format: Annotated[  # noqa: A002
        Format, Query(description="What it is for: a spreadsheet, a program, paper; `zip`: a program, with all files.")
    ] = "csv",
    project: Annotated[str | None, Query(description="Only this project, by name.", max_length=200)] = None,
    filter: Annotated[str | None, Query(description="The filter language, as in `today & p1`.")] = None,  # noqa: A002
) -> Response:
    """The caller's tasks as a document to be saved; without project and filter all of them, open and done alike.

    `json` and `zip` have all that goes with them.
    """
    if project is not None and filter is not None:
        raise BadRequest(phrase("Name a project or a filter, not both."), field="filter")
    return await send_export(request, Export(format, project, filter), viewer=viewer, now=datetime.now(UTC))


async def send_export(request: Request, asked: Export, *, viewer: Viewer, now: datetime) -> Response:
    """The document as a download. Raises BadRequest for what cannot be asked for, before a byte is sent."""
    pieces = read_export(
        pool_of(request), asked, viewer=viewer, now=now, store=getattr(request.app.state, "files", None)
    )
    first = await anext(pieces)  # what cannot be is an error still, and no half a file
    name = asked.name(now.astimezone(ZoneInfo(viewer.timezone)).date())
    headers = {
        "Content-Type": MEDIA_TYPES[asked.format],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_whole(first, pieces), headers=headers)


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in chain(first, rest):
        yield piece
