"""The REST API of the audit, for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import LIMIT, MOST, Audit, Wanted, list_page
from tasktalk.accounts.audit.chain import Verdict, verify
from tasktalk.accounts.request import api_admin
from tasktalk.web.http import answers, pool_of, to_json
from tasktalk.web.moments import Moment

router = APIRouter(prefix="/api/audit", tags=["audit"])


def _storable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a word without control characters")
    return text


_Word = Annotated[str | None, AfterValidator(lambda word: word and _storable(word))]


@router.get("", responses=answers(Audit))
async def show_audit(
    request: Request,
    _: Annotated[Viewer, Depends(api_admin)],
    *,
    action: Annotated[_Word, Query(description="`phone.linked`, or its beginning: `phone`.")] = None,
    actor: Annotated[UUID | None, Query(description="The id of who did it.")] = None,
    subject: Annotated[_Word, Query(description="The kind of thing, such as `user`.")] = None,
    subject_id: Annotated[UUID | None, Query(description="The thing it was done to.")] = None,
    integration: Annotated[UUID | None, Query(description="The integration it belongs to.")] = None,
    since: Annotated[Moment, Query(description="From this moment on, with its offset.")] = None,
    until: Annotated[Moment, Query(description="Before this moment.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """What administrators and the system did, newest first. For administrators."""
    wanted = Wanted(action, actor, subject, subject_id, integration, since, until)
    async with pool_of(request).acquire() as conn:
        return to_json(await list_page(conn, wanted=wanted, limit=limit, cursor=cursor))


@router.get("/verify", responses=answers(Verdict))
async def verify_audit(
    request: Request,
    _: Annotated[Viewer, Depends(api_admin)],
    seen: Annotated[str | None, Query(description="A `hash` noted before, which must still be in the chain.")] = None,
) -> Response:
    """Whether every entry is as it was written, and none is missing; the first that does not fit. For administrators.

    Each entry's hash is over the one before and its own content.
    """
    async with pool_of(request).acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        return to_json(await verify(conn, seen=seen))
