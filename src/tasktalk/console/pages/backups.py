"""Backups: how each went, one now, how to restore, and what a restore has held. Nothing is downloaded here."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.backup.holding import count_held, forget_held, resume_sending
from tasktalk.backup.runs import Run, ask_run, list_runs, newest_backup_at
from tasktalk.console.page import Note, PageRoute, draw, go, now_of
from tasktalk.console.pages.system_frame import load_system
from tasktalk.console.visits import Operator
from tasktalk.console.when import length_words
from tasktalk.console.words import speech_of
from tasktalk.errors import Forbidden
from tasktalk.settings import Settings

_HERE = "/backups"
router = APIRouter(prefix=_HERE, route_class=PageRoute, include_in_schema=False)

_KINDS = {
    "nightly": phrase("At night"),
    "console": phrase("From here"),
    "command": phrase("By command"),
}
_STATES = {
    "asked": ("warn", phrase("asked for")),
    "running": ("warn", phrase("under way")),
    "ok": ("good", phrase("done")),
    "error": ("bad", phrase("failed")),
}
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A run in words."""

    run: Run
    tone: str
    state: str
    kind: str
    size: str
    took: str


@router.get("")
async def show_backups(request: Request, visit: Operator) -> Response:
    """For administrators."""
    speech, settings = speech_of(visit.viewer.language), request.app.state.settings
    async with request.app.state.pool.acquire() as conn:
        frame = await load_system(request, conn, visit, here=_HERE, live="system")
        runs = await list_runs(conn)
        newest, held = await newest_backup_at(conn), await count_held(conn)
    return draw(
        request,
        "backups.html",
        lines=[_line(run, speech) for run in runs],
        newest=newest,
        held=held,
        is_open=any(run.state in {"asked", "running"} for run in runs),
        **_plan(settings),
        **frame,
    )


@router.post("/run")
async def run_now(request: Request, visit: Operator) -> Response:
    """A worker makes one."""
    say = speech_of(visit.viewer.language).say
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        asked = await ask_run(conn, by=visit.viewer, now=now_of(request))
    return go(_HERE, Note(say("A worker makes a backup now.") if asked else say("One is under way already.")))


@router.post("/held/{how}")
async def decide(request: Request, how: str, visit: Operator) -> Response:
    """What becomes of messages that a restore has held."""
    speech = speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        if how == "send":
            count = await resume_sending(conn, by=visit.viewer)
            said = speech.count("{number} message leaves now.", "{number} messages leave now.", count)
        elif how == "forget":
            count = await forget_held(conn, by=visit.viewer, at=now_of(request))
            said = speech.count("{number} message will not leave.", "{number} messages will not leave.", count)
        else:
            raise Forbidden(phrase("Send them, or forget them."))
    return go(_HERE, Note(said))


@router.get("/{name}")
async def download(visit: Operator, name: str) -> Response:  # noqa: ARG001  (whatever it is)
    """Refused: who takes over an administrator's browser should not take everybody's data along."""
    raise Forbidden(phrase("Backups are not given out here. They lie in the folder that TASKTALK_BACKUP_DIR names."))


def _plan(settings: Settings) -> dict[str, Any]:
    return {
        "folder": settings.backup_dir,
        "at": settings.backup_at,
        "zone_name": settings.timezone,
        "keep": settings.backup_keep,
        "sealed": settings.backup_secret is not None,
    }


def _line(run: Run, speech: Speech) -> Line:
    tone, state = _STATES[run.state]
    size = (
        ""
        if run.bytes is None
        else f"{run.bytes / _MIB:,.1f} MiB"
        if run.bytes >= _MIB
        else f"{run.bytes / 1024:.0f} KiB"
    )
    took = length_words(run.seconds, speech) if run.seconds is not None else ""
    return Line(run, tone, speech.say(state), speech.say(_KINDS[run.kind]), size, took)
