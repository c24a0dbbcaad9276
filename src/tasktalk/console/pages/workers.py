"""The workers: how much waits and how fast it goes, the switches, and what was given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from tasktalk.analytics.messages import words
from tasktalk.analytics.messages.rows import message_of
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.page import Note, PageRoute, address_with, draw, go
from tasktalk.console.pages.system import Tile, number_words
from tasktalk.console.pages.system_frame import load_system
from tasktalk.console.visits import Operator
from tasktalk.console.when import length_words
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import NotFound
from tasktalk.health.api import carry_out
from tasktalk.health.dead_letters import DeadLetter, carry_out_one, get_dead_letter, list_dead_letters
from tasktalk.queue.claim import Q
from tasktalk.queue.control import Figures, get_figures

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_ACTIONS = frozenset({"pause", "resume", "restart", "drain", "retry_failed", "clear_failed"})
_DONE = {"retry": phrase("It waits again."), "discard": phrase("Discarded.")}
_STATES = {
    "active": ("good", phrase("At work"), phrase("Messages are taken in each conversation's order.")),
    "draining": ("warn", phrase("Draining"), phrase("What has come by now is finished, then they pause.")),
    "paused": ("warn", phrase("Paused"), phrase("What arrives is stored and waits.")),
    "stopped": (
        "bad",
        phrase("No worker runs"),
        phrase("Run “tasktalk up” or “tasktalk worker”: nothing is answered."),
    ),
}
_KINDS = {
    "status": phrase("A status of WhatsApp's"),
    "change": phrase("A change at WhatsApp"),
    "unreadable": phrase("A delivery that cannot be read"),
}


@dataclass(frozen=True, slots=True)
class Crew:
    """A worker process, with what it did in the last minute."""

    host: str
    pid: int
    since: Any
    in_hand: int
    handled: str
    sent: str
    memory: str


@router.get("/workers")
async def show_workers(request: Request, visit: Operator) -> Response:
    """For administrators; `after` is the cursor of older dead letters."""
    speech, after = speech_of(visit.viewer.language), request.query_params.get("after") or None
    async with request.app.state.pool.acquire() as conn:
        frame = await load_system(request, conn, visit, here="/workers", live="messages system")
        figures = await get_figures(conn)
        crew = await _list_crew(conn)
        page = await list_dead_letters(conn, viewer=visit.viewer, words=False, cursor=after)
    state = "draining" if figures.draining else figures.status
    tone, title, about = _STATES[state]
    return draw(
        request,
        "workers.html",
        state={"tone": tone, "title": speech.say(title), "words": speech.say(about)},
        can_resume=state in {"paused", "draining"},
        tiles=_tiles(figures, speech),
        crew=crew,
        failed=figures.failed,
        letters=[(each, _kind_words(each, speech)) for each in page.items],
        next_page=address_with("/workers", {"after": page.next}) if page.next else None,
        **frame,
    )


@router.post("/workers/{action}")
async def control_workers(request: Request, action: str, visit: Operator) -> Response:
    """Pause, resume and the other actions of `POST /api/workers/whatsapp`."""
    if action not in _ACTIONS:
        raise NotFound
    done = await carry_out(request.app.state.pool, action, visit.viewer)
    return go("/workers", Note(str(done["message"])))


@router.get("/workers/failed/{seq}")
async def show_dead_letter(request: Request, seq: int, visit: Operator) -> Response:
    """What one holds; with what was said only where the setting allows that, which is audited."""
    speech = speech_of(visit.viewer.language)
    may_read = request.app.state.settings.show_conversations == "on"
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        letter = await get_dead_letter(conn, viewer=visit.viewer, words=may_read, seq=seq)
        frame = await load_system(request, conn, visit, here="/workers")
    return draw(request, "dead_letter.html", letter=letter, kind=_kind_words(letter, speech), words=may_read, **frame)


@router.post("/workers/failed/{seq}/{action}")
async def control_dead_letter(request: Request, seq: int, action: str, visit: Operator) -> Response:
    """Retry or discard one."""
    if action not in _DONE:
        raise NotFound
    await carry_out_one(request.app.state.pool, seq, action, visit.viewer)
    return go("/workers", Note(speech_of(visit.viewer.language).say(_DONE[action])))


async def _list_crew(conn: Conn) -> list[Crew]:
    return [_crew(row) async for row in Q.list_workers(conn)]


def _crew(row: Mapping[str, Any]) -> Crew:
    figures = row["figures"]
    handled, sent = number_words(figures.get("items", 0)), number_words(figures.get("sends", 0))
    memory = f"{figures.get('memory_mib', 0):,.0f} MiB"
    return Crew(row["host"], row["pid"], row["started_at"], row["processing"], handled, sent, memory)


def _tiles(figures: Figures, speech: Speech) -> list[Tile]:
    say = speech.say
    oldest = length_words(figures.oldest_seconds, speech) if figures.size + figures.processing else say("none")
    return [
        Tile(say("Waiting"), number_words(figures.size)),
        Tile(say("Oldest"), oldest),
        Tile(say("In hand"), number_words(figures.processing)),
        Tile(say("Pace"), f"{number_words(figures.per_minute)} / min"),
        Tile(say("Time each"), length_words(figures.average_ms / 1000, speech)),
        Tile(say("Failed"), number_words(figures.failed), "bad" if figures.failed else ""),
        Tile(say("Completed"), number_words(figures.completed)),
    ]


def _kind_words(letter: DeadLetter, speech: Speech) -> str:
    if letter.kind == "message":
        return speech.say(words.kind_words(message_of(letter.payload)))
    return speech.say(_KINDS.get(letter.kind, letter.kind))
