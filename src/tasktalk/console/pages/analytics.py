"""What the numbers did: messages, people, times and cost, as tiles, charts and tables."""

from collections import defaultdict
from collections.abc import Sequence
from typing import get_args

from fastapi import APIRouter, Request, Response

from tasktalk.analytics.figures import get_system
from tasktalk.analytics.periods import Period, open_window
from tasktalk.analytics.shown import HourFigures, SystemAnalytics
from tasktalk.analytics.tables import write_table
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.charts import Chart, Series, figure
from tasktalk.console.frame import load_frame
from tasktalk.console.page import PageRoute, draw, now_of
from tasktalk.console.visits import Operator
from tasktalk.console.when import length_words
from tasktalk.console.words import speech_of
from tasktalk.tasks.due import get_zone

_NONE = "\N{EN DASH}"

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SECOND = 1000  # milliseconds

PERIODS: dict[Period, str] = {"24h": phrase("24 hours"), "7d": phrase("7 days"), "30d": phrase("30 days")}


@router.get("/analytics")
async def show_analytics(request: Request, visit: Operator) -> Response:
    """Of all numbers together, and each of them."""
    period, speech, now = _period(request), speech_of(visit.viewer.language), now_of(request)
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="analytics", title=speech.say("Analytics"), now=now)
    figures = await _figures(request, visit.viewer.timezone, period)
    places = [(f"/analytics?period={each}", speech.say(words), each == period) for each, words in PERIODS.items()]
    return draw(
        request,
        "analytics.html",
        period=period,
        places=places,
        figures=figures,
        tiles=_tiles(figures, speech),
        charts=_charts(figures.hourly_data, period, speech),
        **frame | {"live": "messages"},
    )


@router.get("/analytics.csv")
async def take_analytics(request: Request, visit: Operator) -> Response:
    """The hours of the period, for a spreadsheet."""
    period = _period(request)
    figures = await _figures(request, visit.viewer.timezone, period)
    headers = {"Content-Disposition": f'attachment; filename="analytics-{period}-{now_of(request):%Y-%m-%d}.csv"'}
    return Response(write_table(figures, "hours"), media_type="text/csv; charset=utf-8", headers=headers)


def _period(request: Request) -> Period:
    asked = request.query_params.get("period", "24h")
    return asked if asked in get_args(Period) else "24h"  # type: ignore[return-value]  # (checked just here)


async def _figures(request: Request, timezone: str, period: Period) -> SystemAnalytics:
    window = open_window(period=period, since=None, until=None, zone=get_zone(timezone), now=now_of(request))
    async with (
        request.app.state.pool.acquire() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await get_system(conn, window=window, prices=request.app.state.settings.price_list)


def _tiles(figures: SystemAnalytics, speech: Speech) -> list[tuple[str, str, str]]:
    """Name, figure, and what to know of it."""
    totals, averages = figures.totals, figures.averages
    say = speech.say
    response = length_words(averages.avg_response_time / 1000, speech) if averages.avg_response_time else _NONE
    per_person = figure(round(averages.avg_messages_per_user, 1))
    tiles = [
        (say("Received"), figure(totals.messages_received), ""),
        (say("Sent"), figure(totals.messages_sent), say("taken by WhatsApp")),
        (say("Delivered"), figure(totals.messages_delivered), _of(totals.messages_delivered, totals.messages_sent)),
        (say("Read"), figure(totals.messages_read), _of(totals.messages_read, totals.messages_sent)),
        (say("Failed"), figure(totals.messages_failed), _of(totals.messages_failed, totals.messages_sent)),
        (say("People who wrote"), figure(totals.unique_users), say("{number} messages each", number=per_person)),
        (say("Time to answer"), response, say("from a message to its reply")),
    ]
    if figures.cost.total is not None:
        tiles.append((say("Cost"), f"{figures.cost.total:,.2f} {figures.cost.currency or ''}", ""))
    return tiles


def _of(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def _charts(hours: Sequence[HourFigures], period: Period, speech: Speech) -> list[Chart]:
    """By the hour for a day, else by the day."""
    if period == "24h":
        labels, groups = [f"{each.hour:02}" for each in hours], [[each] for each in hours]
    else:
        days = defaultdict[object, list[HourFigures]](list)
        for each in hours:
            days[each.date].append(each)
        groups = list(days.values())
        labels = [
            speech.say("{day} {month}", day=group[0].date.day, month=speech.months[group[0].date.month - 1])
            for group in groups
        ]
    received = [sum(each.messages_received for each in group) for group in groups]
    sent = [sum(each.messages_sent for each in group) for group in groups]
    failed = [sum(each.messages_failed for each in group) for group in groups]
    slowest = [max(each.max_response_time for each in group) or None for group in groups]  # None: nobody wrote
    unit = " ms"
    if max((each or 0 for each in slowest), default=0) >= _SECOND:
        slowest, unit = [each and each / _SECOND for each in slowest], " s"
    fates = [
        Series(speech.say("Received"), "accent", received),
        Series(speech.say("Sent"), "violet", sent),
        Series(speech.say("Failed"), "red", failed),
    ]
    times = [Series(speech.say("Slowest reply"), "blue", slowest)]
    return [
        Chart(speech.say("Messages"), labels, fates),
        Chart(speech.say("Time to answer"), labels, times, unit=unit, kind="lines"),
    ]
