"""Whether everything that carries a message works."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.hooks import find_health
from tasktalk.console.page import PageRoute, draw
from tasktalk.console.pages.system_frame import load_system
from tasktalk.console.visits import Operator
from tasktalk.console.when import length_words
from tasktalk.console.words import speech_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_TITLES = {
    "healthy": ("good", phrase("All is well"), phrase("Messages come in, are understood and answered.")),
    "degraded": (
        "warn",
        phrase("Something is slow or resting"),
        phrase("Messages still come in; see which check is not green."),
    ),
    "unhealthy": ("bad", phrase("Something is broken"), phrase("See which check is red.")),
}


_STATES = {"active": phrase("active"), "paused": phrase("paused"), "stopped": phrase("stopped")}


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its name; `tone` lights its lamp."""

    name: str
    figure: str
    tone: str = ""
    words: str = ""


@router.get("/system")
async def show_system(request: Request, visit: Operator) -> Response:
    """For administrators."""
    health = find_health(request)
    report = _report(*await health(), speech_of(visit.viewer.language)) if health else None
    async with request.app.state.pool.acquire() as conn:
        frame = await load_system(request, conn, visit, here="/system", live="messages system")
    return draw(request, "system.html", report=report, **frame)


def _report(health: Mapping[str, Any], workers: Mapping[str, Any], speech: Speech) -> dict[str, Any]:
    tone, title, words = _TITLES.get(str(health.get("status")), _TITLES["unhealthy"])
    worker = workers.get("workers", {}).get("queue", {})
    queue, pace = worker.get("queue", {}), worker.get("throughput", {})
    status, say = str(workers.get("status", "stopped")), speech.say
    running = say("Running for {time}.", time=length_words(health.get("uptime", 0) / 1000, speech))
    used = workers.get("performance", {}).get("memoryUsage", {}).get("used", 0)
    return {
        "tone": tone,
        "title": say(title),
        "words": f"{say(words)} {running}",
        "checks": _checks(health.get("checks", {}), say),
        "worker_status": say(_STATES.get(status, status)),
        "worker_tone": {"active": "good", "paused": "warn"}.get(status, "bad"),
        "figures": [
            Tile(say("Waiting"), number_words(queue.get("size", 0))),
            Tile(say("In hand"), number_words(queue.get("processing", 0))),
            Tile(say("Completed"), number_words(queue.get("completed", 0))),
            Tile(say("Failed"), number_words(queue.get("failed", 0))),
            Tile(say("Pace"), f"{number_words(pace.get('messagesPerMinute', 0))} / min"),
            Tile(say("Time each"), length_words(pace.get("avgProcessingTime", 0) / 1000, speech)),
            Tile(say("Memory"), f"{used:,.0f} MiB"),
        ],
    }


def _checks(checks: Mapping[str, Mapping[str, Any]], say: Callable[..., str]) -> list[Tile]:
    """The contract's checks as tiles; one that is not there is not shown."""
    tiles = []
    if database := checks.get("database"):
        tiles.append(
            Tile(
                say("Database"),
                f"{number_words(database.get('responseTime', 0))} ms",
                _tone(database),
                say("to answer"),
            )
        )
    if breakers := checks.get("circuitBreakers"):
        state = str(breakers.get("whatsappApi", "unknown"))
        figure, words = {
            "closed": (say("Connected"), say("calls go through")),
            "open": (say("Resting"), say("too many calls failed")),
            "half_open": (say("Trying again"), say("one call at a time")),
        }.get(state, (state.capitalize(), ""))
        tiles.append(Tile(say("WhatsApp API"), figure, _tone(breakers), words))
    if queue := checks.get("messageQueue"):
        words = say("waiting, {number} in hand", number=number_words(queue.get("processing", 0)))
        tiles.append(Tile(say("Inbox"), number_words(queue.get("size", 0)), _tone(queue), words))
    if errors := checks.get("errorRate"):
        tiles.append(
            Tile(say("Errors"), f"{100 * errors.get('rate', 0):.1f} %", _tone(errors), say("of what was handled"))
        )
    if cache := checks.get("cache"):
        tiles.append(Tile(say("Cache"), f"{100 * cache.get('hitRate', 0):.0f} %", _tone(cache), say("found at once")))
    return tiles


def _tone(check: Mapping[str, Any]) -> str:
    return {"healthy": "good", "degraded": "warn"}.get(str(check.get("status")), "bad")


def number_words(value: float) -> str:
    """`12,873`, `0.4`."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
