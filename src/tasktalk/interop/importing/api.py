"""The REST API of imports."""

import asyncio
import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.errors import BadRequest
from tasktalk.interop.importing.bringing import import_rows
from tasktalk.interop.importing.model import Format, ImportReport
from tasktalk.interop.importing.reading import read_file
from tasktalk.tasks.http import Me, act_of, answers, pool_of, to_json
from tasktalk.tasks.model import Act

router = APIRouter(tags=["tasks"])

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file.",
        "content": {
            "application/octet-stream": _BYTES,
            "application/zip": _BYTES,
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


@router.post("/api/import", responses=answers(ImportReport), openapi_extra=_BODY)
async def bring(
    request: Request,
    viewer: Me,
    *,
    format: Annotated[Format | None, Query(description="Found out unless said.")] = None,  # noqa: A002
    dry_run: Annotated[bool, Query(description="Tell what would be, and leave everything as it is.")] = False,
    project_id: Annotated[UUID | None, Query(description="Where what names no project goes; else the Inbox.")] = None,
    name: Annotated[str, Query(description="The file's name: Todoist's has the project.", max_length=300)] = "",
) -> Response:
    """Makes the tasks of a file that are not here yet; says of each row what becomes of it. One act, to be undone."""
    content = await request.body()
    if not content:
        raise BadRequest("Send the file as the body.", field="file")
    report = await import_file(
        request,
        content,
        viewer=viewer,
        by=act_of(request),
        name=name,
        format=format,
        dry_run=dry_run,
        project_id=project_id,
    )
    return to_json(report)


async def import_file(
    request: Request,
    content: bytes,
    *,
    viewer: Viewer,
    by: Act,
    name: str = "",
    format: Format | None = None,  # noqa: A002
    dry_run: bool = False,
    project_id: UUID | None = None,
) -> ImportReport:
    """Reads it beside the requests of others, then brings it in one transaction."""
    now: dt.datetime = by.at
    kind, rows = await asyncio.to_thread(read_file, content, name=name, format=format, now=now, zone=viewer.timezone)
    async with pool_of(request).acquire() as conn, conn.transaction():
        return await import_rows(
            conn, viewer=viewer, format=kind, rows=rows, by=by, dry_run=dry_run, project_id=project_id
        )
