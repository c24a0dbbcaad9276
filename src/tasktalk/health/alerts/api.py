"""The REST API of alerts, for administrators."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_admin
from tasktalk.errors import BadRequest
from tasktalk.health.alerts.listing import LIMIT, MOST, AlertPage, list_alerts, snooze
from tasktalk.ids import parse_id
from tasktalk.web.http import answers, known_id, pool_of, to_json

router = APIRouter(prefix="/api/alerts", tags=["health"])

Admin = Annotated[Viewer, Depends(api_admin)]
_A_MONTH = 31 * 24 * 60  # minutes


class SnoozeBody(BaseModel):
    """For how long; 0 ends a snooze."""

    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(ge=0, le=_A_MONTH)


@router.get("", responses=answers(AlertPage))
async def show_alerts(
    request: Request,
    _: Admin,
    *,
    is_open: Annotated[bool, Query(alias="open", description="Those that are open; else those that are over.")] = True,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """What administrators were told of the installation and of every number, newest first, each with what to do."""
    after: UUID | None = parse_id(cursor) if cursor else None
    if cursor and after is None:
        raise BadRequest("This cursor is not ours.", field="cursor")
    async with pool_of(request).acquire() as conn:
        return to_json(await list_alerts(conn, is_open=is_open, after=after, limit=limit))


@router.post("/{alert_id}/snooze", status_code=204)
async def snooze_alert(request: Request, viewer: Admin, alert_id: str, body: SnoozeBody) -> None:
    """Nobody is told of an open alert for so long; if it is open still, they are told again."""
    until = datetime.now(UTC) + timedelta(minutes=body.minutes) if body.minutes else None
    async with pool_of(request).acquire() as conn, conn.transaction():
        await snooze(conn, by=viewer, alert_id=known_id(alert_id), until=until)
