"""The REST API of files."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from tasktalk.accounts.request import COOKIE
from tasktalk.errors import Forbidden, NotFound
from tasktalk.ids import parse_id
from tasktalk.phrases import phrase
from tasktalk.tasks.attachments.attachments import (
    File,
    FilePage,
    delete_attachment,
    get_attachment,
    get_content,
    list_attachments,
)
from tasktalk.tasks.attachments.forms import read_upload
from tasktalk.tasks.attachments.kinds import served_as
from tasktalk.tasks.attachments.store import Store
from tasktalk.tasks.attachments.uploads import attach, limits_of
from tasktalk.tasks.http import Me, act_of, answers, known_id, pool_of, to_json

router = APIRouter(prefix="/api", tags=["attachments"])

TaskId = Annotated[str, Query(description="The task that the file belongs to.")]

_BYTES = {"type": "string", "format": "binary", "minLength": 1}
_FORM = {"type": "object", "properties": {"file": _BYTES}, "required": ["file"]}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": _FORM}, "application/octet-stream": {"schema": _BYTES}},
    }
}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/octet-stream": {"schema": _BYTES}}},
    304: {"description": "It is the one that If-None-Match names."},
}


def files_of(request: Request) -> Store:
    """The file store of this web process."""
    store: Store = request.app.state.files
    return store


def body_unread(request: Request) -> None:
    """Before a session's CSRF token is looked for in a form, which would be read whole for it, however large."""
    if COOKIE in request.cookies and not {"authorization", "x-csrf-token"}.intersection(request.headers):
        raise Forbidden("A file is sent with the header X-CSRF-Token.")


@router.post(
    "/attachments",
    status_code=201,
    responses=answers(File, status=201),
    openapi_extra=_BODY,
    dependencies=[Depends(body_unread)],
)
async def add(
    request: Request,
    viewer: Me,
    task_id: TaskId,
    name: Annotated[str | None, Query(description="The file's name; needed when the body is the file itself.")] = None,
) -> Response:
    """Adds a file to a task: as `file` of a form (`curl -F file=@…`), or as the body, with `name`."""
    limits = limits_of(request.app.state.settings)
    place = _task_id(task_id)
    upload = await read_upload(request, name=name, longest=limits.file)
    file = await attach(
        pool_of(request),
        files_of(request),
        viewer=viewer,
        task_id=place,
        upload=upload,
        limits=limits,
        by=act_of(request),
    )
    return to_json(file, status=201, location=f"/api/attachments/{file.id}")


@router.get("/attachments", responses=answers(FilePage))
async def list_(request: Request, viewer: Me, task_id: TaskId) -> Response:
    """The files of a task, all on one page."""
    async with pool_of(request).acquire() as conn:
        return to_json(FilePage(await list_attachments(conn, viewer=viewer, task_id=_task_id(task_id))))


@router.get("/attachments/{attachment_id}", responses=answers(File))
async def get(request: Request, viewer: Me, attachment_id: str) -> Response:
    """What is known of a file."""
    async with pool_of(request).acquire() as conn:
        return to_json(await get_attachment(conn, viewer=viewer, attachment_id=known_id(attachment_id)))


@router.get("/attachments/{attachment_id}/content", response_class=StreamingResponse, responses=_CONTENT)
async def content(
    request: Request, viewer: Me, attachment_id: str, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """The file itself, to be saved: no browser shows it, runs it or guesses what it is."""
    async with pool_of(request).acquire() as conn:
        file, key = await get_content(conn, viewer=viewer, attachment_id=known_id(attachment_id))
    headers = {
        "ETag": f'"{file.sha256}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": _disposition(file.name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    if if_none_match is not None and (file.sha256 in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Type": served_as(file.mime_type), "Content-Length": str(file.size)}
    return StreamingResponse(await files_of(request).get(key), headers=headers)


@router.delete("/attachments/{attachment_id}", status_code=204)
async def delete(request: Request, viewer: Me, attachment_id: str) -> None:
    """Puts a file into the trash."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_attachment(conn, viewer=viewer, attachment_id=known_id(attachment_id), by=act_of(request))


def _task_id(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise NotFound(phrase("There is no such task."), field="task_id")
    return found


def _disposition(name: str) -> str:
    """RFC 6266, with the name in ASCII for programs of old, and as it is (RFC 8187)."""
    plain = "".join(sign if sign.isascii() and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
