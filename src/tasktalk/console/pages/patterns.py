"""What screens are made of, all on one page: to look at in both themes, and to build the next screen from."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.request import Visit, page_visit
from tasktalk.console.charts import Chart, Series
from tasktalk.console.frame import load_frame
from tasktalk.console.page import PageRoute, draw, now_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LABELS = [f"{hour:02}" for hour in range(24)]
_RECEIVED = [3, 1, 0, 0, 0, 2, 9, 21, 34, 30, 28, 31, 26, 22, 27, 33, 29, 35, 31, 24, 18, 12, 8, 5]
_SENT = [value * 9 // 8 for value in _RECEIVED]


@router.get("/patterns")
async def show_patterns(request: Request, visit: Annotated[Visit, Depends(page_visit)]) -> Response:
    """Buttons, fields, chips, tables, charts, toasts."""
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="patterns", title="Patterns", now=now_of(request))
    series = [Series("Received", "accent", _RECEIVED), Series("Sent", "blue", _SENT)]
    charts = [Chart("Messages by hour", _LABELS, series), Chart("As lines", _LABELS, series, kind="lines")]
    wrong = {"field": "number", "words": "This is a phone number. The phone number ID is the longer one beside it."}
    return draw(request, "patterns.html", charts=charts, wrong=wrong, **frame)
