"""Finding tasks: by words, by a filter such as `today & p1`, and the filters one keeps."""

from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit
from tasktalk.assistant.look import quoted
from tasktalk.console import lists
from tasktalk.console.choices import load_choices
from tasktalk.console.frame import load_frame
from tasktalk.console.log import Q
from tasktalk.console.nesting import load_parents
from tasktalk.console.page import Note, PageRoute, Wrong, act_of, address_with, draw, go, now_of, read_form
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict
from tasktalk.tasks.listing import Page, list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.names import fold
from tasktalk.tasks.saved.saved import create_filter, delete_filter, list_filters
from tasktalk.web.http import known_id

router = APIRouter(prefix="/find", route_class=PageRoute, include_in_schema=False)

_LONGEST = 500
_LABELS = 200
_PAGE = 50  # each may have been looked for in many


@router.get("")
async def find(request: Request, visit: Anybody) -> Response:
    """What the words or the filter find."""
    return await _draw(request, visit)


@router.post("/filters")
async def keep_filter(request: Request, visit: Anybody) -> Response:
    """Keeps a filter under a name."""
    form, viewer = await read_form(request), visit.viewer
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            name, query = form.get("name", ""), form.get("q", "")
            await create_filter(conn, viewer=viewer, name=name, query=query, by=act_of(request))
    except (BadRequest, Conflict) as error:
        return await _draw(request, visit, wrong=Wrong("name", error.message, error.status), asked=form.get("q", ""))
    return go(address_with("/find", {"q": form.get("q")}), Note(speech_of(viewer.language).say("Kept.")))


@router.post("/filters/{filter_id}/delete")
async def forget_filter(request: Request, filter_id: str, visit: Anybody) -> Response:
    """Forgets a filter; its tasks stay."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await delete_filter(conn, viewer=visit.viewer, filter_id=known_id(filter_id), by=act_of(request))
    return go("/find", Note(speech_of(visit.viewer.language).say("Forgotten.")))


async def _draw(request: Request, visit: Visit, *, wrong: Wrong | None = None, asked: str | None = None) -> Response:
    viewer, now, speech = visit.viewer, now_of(request), speech_of(visit.viewer.language)
    text = (asked if asked is not None else request.query_params.get("q", "")).strip()[:_LONGEST]
    cursor = request.query_params.get("after")
    tasks: list[Task] = []
    parents: dict[UUID, str] = {}
    after, hint, is_filter = None, None, False
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="find", title=speech.say("Find"), now=now)
        choices = await load_choices(conn, viewer)
        kept = (await list_filters(conn, viewer=viewer, limit=100)).items
        if text:
            try:
                page = await _list(conn, viewer, text, cursor, now)
                is_filter = True
            except BadRequest as error:
                if error.data.get("field") == "cursor":
                    raise
                page = await _list(conn, viewer, f"search: {quoted(text)}", cursor, now)
            tasks, after = page.items, page.next
            parents = await load_parents(conn, viewer, tasks)
            hint = None if tasks else await _label_of(conn, viewer, text)
    return draw(
        request,
        "find.html",
        status=wrong.status if wrong else 200,
        asked=text,
        wrong=wrong,
        is_filter=is_filter,
        hint=hint,
        saved=kept,
        kept_already=any(each.query == text for each in kept),
        groups=lists.group(tasks, view="find", parents=parents, now=now, zone=frame["zone"], speech=speech),
        today=now.astimezone(frame["zone"]).date(),
        next_page=f"/find?q={quote(text)}&after={quote(after)}" if after else None,
        **frame | choices | {"live": "" if cursor else "tasks"},
    )


async def _label_of(conn: Conn, viewer: Viewer, text: str) -> str | None:
    """The filter of the person's label that is called so; words alone do not look at labels."""
    names = [row["name"] async for row in Q.list_label_names(conn, viewer=viewer.user_id, limit=_LABELS)]
    return next((f"@{name}" for name in names if fold(name) == fold(text) and name.isalnum()), None)


async def _list(conn: Conn, viewer: Viewer, filter_: str, cursor: str | None, now: datetime) -> Page:
    return await list_tasks(conn, viewer=viewer, now=now, filter=filter_, sort="due", limit=_PAGE, cursor=cursor)
