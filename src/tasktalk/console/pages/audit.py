"""The audit log: who did what, found by kind, person and day, and as a table to take along."""

import csv
import io
import json
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.administration import list_page as list_people
from tasktalk.accounts.audit.audit import MOST, Entry, Wanted, list_page
from tasktalk.accounts.audit.chain import verify
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, address_with, draw, go, now_of
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.web.spreadsheets import guard

router = APIRouter(route_class=PageRoute, include_in_schema=False)

KINDS = {
    "": phrase("Everything"),
    "user": phrase("People"),
    "phone": phrase("Phones"),
    "integration": phrase("Integrations"),
    "template": phrase("Templates"),
    "workers": phrase("Workers"),
    "alert": phrase("Alerts"),
    "message": phrase("Messages"),
    "conversation": phrase("Conversations"),
    "backup": phrase("Backups"),
    "token": phrase("API tokens"),
    "session": phrase("Sessions"),
    "security": phrase("Security"),
    "key": phrase("Keys"),
}
_FIELDS = ("kind", "person", "from", "to")


@router.get("/audit")
async def show_audit(request: Request, visit: Operator) -> Response:
    """Newest first, narrowed by a form whose address can be kept."""
    asked = {name: request.query_params.get(name, "").strip() for name in _FIELDS}
    wanted = _wanted(asked, ZoneInfo(visit.viewer.timezone))
    speech = speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="audit", title=speech.say("Audit log"), now=now_of(request))
        page = await list_page(conn, wanted=wanted, cursor=request.query_params.get("after") or None)
        people = (await list_people(conn, limit=MOST, after=None)).items
    return draw(
        request,
        "audit.html",
        asked=asked,
        kinds=[(key, speech.say(words)) for key, words in KINDS.items()],
        people=[("", speech.say("Everybody")), *((str(each.id), each.name) for each in people)],
        entries=page.items,
        detail_words=detail_words,
        narrowed=any(asked.values()),
        table=address_with("/audit.csv", asked),
        next_page=address_with("/audit", asked | {"after": page.next}) if page.next else None,
        **frame,
    )


@router.post("/audit/verify")
async def verify_audit(request: Request, visit: Operator) -> Response:
    """Follows the chain of hashes, and says where it breaks."""
    speech = speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        verdict = await verify(conn)
    if verdict.misfit is not None:
        words = speech.say(
            "Entry {place} was changed, or is missing. Those before it are as they were written.",
            place=verdict.misfit.place,
        )
        return go("/audit", Note(words, "failed"))
    words = speech.count(
        "{number} entry, as it was written.", "{number} entries, each as it was written.", verdict.entries
    )
    return go("/audit", Note(words))


@router.get("/audit.csv")
async def take_audit(request: Request, visit: Operator) -> Response:
    """What the form finds, all of it, for a spreadsheet. Times are UTC."""
    asked = {name: request.query_params.get(name, "").strip() for name in _FIELDS}
    wanted, cursor = _wanted(asked, ZoneInfo(visit.viewer.timezone)), None
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("at", "actor", "action", "subject", "subject_id", "integration_id", "detail"))
    async with request.app.state.pool.acquire() as conn:
        while True:
            page = await list_page(conn, wanted=wanted, limit=MOST, cursor=cursor)
            writer.writerows(_row(entry) for entry in page.items)
            cursor = page.next
            if cursor is None:
                break
    headers = {"Content-Disposition": f'attachment; filename="audit-{now_of(request):%Y-%m-%d}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def detail_words(entry: Entry) -> str:
    """`role: admin · name: Ana`."""
    return " · ".join(f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in entry.detail.items())


def _wanted(asked: dict[str, str], zone: ZoneInfo) -> Wanted:
    actor = parse_id(asked["person"]) if asked["person"] else None
    if asked["person"] and actor is None:
        raise BadRequest(phrase("This person is not known."), field="person")
    since, until = _day(asked["from"], zone, "from"), _day(asked["to"], zone, "to")
    return Wanted(
        action=asked["kind"] if asked["kind"] in KINDS and asked["kind"] else None,
        actor_id=actor,
        since=since,
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str, zone: ZoneInfo, field: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), zone).astimezone(UTC)  # noqa: DTZ007
    except (ValueError, OverflowError) as error:
        raise BadRequest(phrase("A day is written as 2026-11-27."), field=field) from error


def _row(entry: Entry) -> tuple[str, ...]:
    actor = entry.actor.name if entry.actor else "system"
    ids = (entry.subject, str(entry.subject_id or ""), str(entry.integration_id or ""))
    cells = (
        entry.at.astimezone(UTC).isoformat(),
        actor,
        entry.action,
        *ids,
        json.dumps(entry.detail, ensure_ascii=False),
    )
    return tuple(map(guard, cells))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
