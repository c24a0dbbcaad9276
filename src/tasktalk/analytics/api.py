"""The REST API of figures, for administrators."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_admin
from tasktalk.analytics.figures import get_analytics, get_system
from tasktalk.analytics.periods import Period, Window, open_window
from tasktalk.analytics.shown import Analytics, SystemAnalytics
from tasktalk.analytics.tables import Table, write_table
from tasktalk.errors import BadRequest
from tasktalk.tasks.due import get_zone
from tasktalk.web.http import known_id, pool_of

router = APIRouter(prefix="/api", tags=["analytics"])

Admin = Annotated[Viewer, Depends(api_admin)]
Form = Annotated[Literal["json", "csv"], Query(alias="format", description="`csv`: one table of it.")]
Shown = Annotated[Table, Query(description="Which table `csv` is.")]


def _asked_window(
    viewer: Admin,
    period: Annotated[Period | None, Query(description="The last hours up to this one; `24h` unless said.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="From its hour on, instead of a period.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="To its hour; now unless said.")] = None,
    timezone: Annotated[str | None, Query(description="Whose hours, such as `UTC`; your own unless said.")] = None,
) -> Window:
    try:
        zone = get_zone(timezone or viewer.timezone)
    except BadRequest as error:
        raise BadRequest(error.message, field="timezone") from error
    return open_window(period=period, since=since, until=until, zone=zone, now=datetime.now(UTC))


Asked = Annotated[Window, Depends(_asked_window)]


def _answers(model: type) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model, "content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.get("/integrations/{integration_id}/analytics", responses=_answers(Analytics))
async def show_analytics(
    request: Request, _: Admin, integration_id: str, window: Asked, form: Form = "json", table: Shown = "hours"
) -> Response:
    """Messages, people, times and cost of a number: in all, and for every hour. Ten requests a minute."""
    async with pool_of(request).acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        prices = request.app.state.settings.price_list
        figures = await get_analytics(conn, integration_id=known_id(integration_id), window=window, prices=prices)
    return _answer(figures, form, table)


@router.get("/analytics/system", responses=_answers(SystemAnalytics))
async def show_system(
    request: Request, _: Admin, window: Asked, form: Form = "json", table: Shown = "hours"
) -> Response:
    """The same of all numbers together and each of them, with the queue and its workers. Ten requests a minute."""
    async with pool_of(request).acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        figures = await get_system(conn, window=window, prices=request.app.state.settings.price_list)
    return _answer(figures, form, table)


def _answer(figures: Analytics, form: str, table: Table) -> Response:
    if form == "json":
        return Response(figures.model_dump_json(by_alias=True), media_type="application/json")
    name = f"{table}-{figures.since:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_table(figures, table), media_type="text/csv", headers=headers)
