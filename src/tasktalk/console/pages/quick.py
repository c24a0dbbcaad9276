"""Quick add: a line becomes a task, and what is understood of it is shown while it is written."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from tasktalk.assistant.chat import keep_turn
from tasktalk.assistant.reading import preview
from tasktalk.assistant.reply import Utterance
from tasktalk.assistant.unread import find_unread
from tasktalk.console.page import PageRoute, draw, go, go_back, now_of, read_forms
from tasktalk.console.saying import note_of, say, wants_answer
from tasktalk.console.understood import Understood, marked, understood_of
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest
from tasktalk.phrases import Told
from tasktalk.tasks.projects.projects import get_project, list_places
from tasktalk.web.http import keeps_content, known_id

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LONGEST = 4000
_MOST_UNREAD = 50


@router.post("/quick")
async def show_understood(request: Request, visit: Anybody) -> Response:
    """What would become of the line, as a piece of the page: the line with its words set off, and the chips."""
    form = await read_forms(request)
    text, viewer, now = _line(form), visit.viewer, now_of(request)
    unread = find_unread(text, _unread(form))
    literal = "literal" in form
    speech, today = speech_of(viewer.language), now.astimezone(ZoneInfo(viewer.timezone)).date()
    found = Understood(())
    if text and not literal:
        async with request.app.state.pool.acquire() as conn:
            names = {each.name for each in await list_places(conn, viewer=viewer)}
            intents = await preview(conn, viewer=viewer, text=text, now=now, unread=unread)
        found = understood_of(intents, text, today=today, speech=speech, projects=names)
    return draw(
        request,
        "quick_understood.html",
        viewer=viewer,
        found=found,
        literal=literal,
        unread=[(start, text[start:end]) for start, end in unread],
        line=marked(text, found.chips, unread),
    )


@router.post("/tasks")
async def add_task(request: Request, visit: Anybody) -> Response:
    """The line is said to the assistant, so it speaks the language of the chat; what it asks is asked in the chat."""
    form = await read_forms(request)
    text, viewer = _line(form), visit.viewer
    if not text:
        raise BadRequest(Told("Write 1 to {longest} characters.", longest=_LONGEST), field="text")
    unread, literal = find_unread(text, _unread(form)), "literal" in form
    if project_id := form.get("project", [""])[-1]:
        async with request.app.state.pool.acquire() as conn:
            project = await get_project(conn, viewer=viewer, project_id=known_id(project_id))
        if "#" not in text and "\n" not in text and not literal:
            text += f" #{project.name}" if project.name.isalpha() or '"' in project.name else f' #"{project.name}"'
    said = Utterance("web", text=text, unread=unread, literal=literal, adds=True)
    reply = await say(request, viewer, said)
    back = {"back": form.get("back", ["/"])[-1]}
    if not wants_answer(request, viewer, reply) or not keeps_content(request):
        return go_back(back, note_of(request, viewer, reply))
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await keep_turn(conn, viewer=viewer, said=text, reply=reply, at=now_of(request))
    return go("/try")


def _line(form: dict[str, list[str]]) -> str:
    text = form.get("text", [""])[-1].strip()
    if len(text) > _LONGEST:
        raise BadRequest(Told("Write 1 to {longest} characters.", longest=_LONGEST), field="text")
    return text


def _unread(form: dict[str, list[str]]) -> Sequence[tuple[int, str]]:
    """`12:tomorrow`: the words, and about where they stand."""
    found = []
    for each in form.get("unread", [])[:_MOST_UNREAD]:
        at, _, words = each.partition(":")
        if at.isdecimal() and len(at) <= len(str(_LONGEST)) and words:
            found.append((int(at), words))
    return found
