"""Alerts: what is wrong and what to do, what was, and the rules that watch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.page import Note, PageRoute, address_with, draw, go, now_of, read_form
from tasktalk.console.pages.system_frame import load_system
from tasktalk.console.visits import Operator
from tasktalk.console.when import length_words
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest
from tasktalk.health.alerts.listing import MOST, Alert, Watched, list_alerts, list_rules, snooze
from tasktalk.ids import parse_id
from tasktalk.web.http import known_id

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SNOOZES = {
    "60": phrase("1 hour"),
    "480": phrase("8 hours"),
    "1440": phrase("1 day"),
    "10080": phrase("1 week"),
}
_RULES = {
    "queue_age": phrase("Oldest waiting message"),
    "dead_letters": phrase("Dead letters"),
    "failure_rate": phrase("Failures in a minute"),
    "breaker": phrase("Sending"),
    "model_breaker": phrase("Language model"),
    "disk": phrase("Free on the disk"),
    "backup": phrase("Age of the newest backup"),
    "violations": phrase("Suspicious activity in an hour"),
}
_PAGES = {
    "violations": "/audit?kind=security",
    "queue_age": "/workers",
    "dead_letters": "/workers#failed",
    "failure_rate": "/messages?show=failed",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in words: what it read, and when it opens an alert."""

    name: str
    tone: str
    now: str
    limit: str
    setting: str


@router.get("/alerts")
async def show_alerts(request: Request, visit: Operator) -> Response:
    """For administrators; `after` is the cursor of older ones that are over."""
    speech, after = speech_of(visit.viewer.language), request.query_params.get("after")
    cursor = parse_id(after) if after else None
    if after and cursor is None:
        raise BadRequest(phrase("This cursor is not one of ours."), field="cursor")
    async with request.app.state.pool.acquire() as conn:
        frame = await load_system(request, conn, visit, here="/alerts", live="system")
        opened = (await list_alerts(conn, is_open=True, limit=MOST)).items
        past = await list_alerts(conn, is_open=False, after=cursor, limit=20)
        rules = await list_rules(conn, request.app.state.settings)
    return draw(
        request,
        "alerts.html",
        opened=opened,
        past=past.items,
        page_of=_page_of,
        snoozes=[(minutes, speech.say(words)) for minutes, words in SNOOZES.items()],
        rules=[_line(each, speech) for each in rules],
        next_page=address_with("/alerts", {"after": str(past.next)}) if past.next else None,
        **frame,
    )


@router.post("/alerts/{alert_id}/snooze")
async def snooze_alert(request: Request, alert_id: str, visit: Operator) -> Response:
    """`minutes` of SNOOZES; 0 ends a snooze."""
    speech, minutes = speech_of(visit.viewer.language), (await read_form(request)).get("minutes", "")
    if minutes not in {*SNOOZES, "0"}:
        raise BadRequest(phrase("Choose for how long."), field="minutes")
    until = now_of(request) + timedelta(minutes=int(minutes)) if minutes != "0" else None
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await snooze(conn, by=visit.viewer, alert_id=known_id(alert_id), until=until)
    said = speech.say("Snoozed: nobody is told of it until then.") if until else speech.say("It is told of again.")
    return go("/alerts", Note(said))


def _page_of(alert: Alert) -> str:
    """Where to mend it."""
    return f"/integrations/{alert.integration_id}" if alert.integration_id else _PAGES.get(alert.rule, "")


def _line(rule: Watched, speech: Speech) -> Line:
    say, shown = speech.say, _FIGURES[rule.rule]
    if rule.looked_at is None:
        tone, now = "", say("not looked at yet")
    else:
        tone = "bad" if rule.is_bad else "good"
        now = shown(rule.value, speech) if rule.value is not None else say("not known")
    limit = say("off")
    if rule.limit:
        off = rule.rule in {"breaker", "model_breaker"}
        figure = length_words(rule.limit, speech) if off else shown(rule.limit, speech)
        limit = say("resting for {time}", time=figure) if off else figure
    return Line(say(_RULES[rule.rule]), tone if rule.limit else "", now, limit, rule.setting)


def _resting(value: float, speech: Speech) -> str:
    return speech.say("resting") if value else speech.say("at work")


_FIGURES: Mapping[str, Callable[[float, Speech], str]] = {
    "queue_age": length_words,
    "dead_letters": lambda value, _: f"{value:,.0f}",
    "violations": lambda value, _: f"{value:,.0f}",
    "failure_rate": lambda value, _: f"{value:.0f} %",
    "breaker": _resting,
    "model_breaker": _resting,
    "disk": lambda value, _: f"{value:,.0f} MiB",
    "backup": lambda value, speech: length_words(value * 3600, speech),
}
