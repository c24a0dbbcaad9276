"""A chat with the assistant: the same dialogue as on WhatsApp, with its buttons, lists and undo."""

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.chat import ChatTurn, answer_of, forget_turns, keep_turn, list_turns
from tasktalk.assistant.replies.speech import phrase
from tasktalk.assistant.reply import Utterance
from tasktalk.console.bubble import bubble
from tasktalk.console.frame import find_number, load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.saying import say
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.web.http import keeps_content

router = APIRouter(prefix="/try", route_class=PageRoute, include_in_schema=False)

LONGEST = 4096
_CHOOSABLE = 10  # turns whose buttons can still be pressed here
EXAMPLES = (
    (phrase("Say what there is to do, and when"), phrase("buy milk tomorrow 5pm")),
    (phrase("What comes back"), phrase("water the plants every monday")),
    (phrase("What is in a project, or urgent"), phrase("paint the door #Home p1")),
    (phrase("Ask"), phrase("what do I have to do today?")),
    (phrase("Let the day be planned"), phrase("plan my day")),
    (phrase("Tick off"), phrase("done milk")),
    (phrase("Take back"), phrase("undo")),
    (phrase("What else there is"), phrase("help")),
)


@router.get("")
async def show_chat(request: Request, visit: Anybody) -> Response:
    """What was said here lately."""
    return await _draw(request, visit)


@router.post("")
async def take_turn(request: Request, visit: Anybody) -> Response:
    """Something said, or a button or row of a reply."""
    form, viewer = await read_form(request), visit.viewer
    text, tap = form.get("text", "").strip(), form.get("tap") or None
    if tap is None and not 0 < len(text) <= LONGEST:
        speech = speech_of(viewer.language)
        words = speech.say("Write 1 to {most} characters.", most=LONGEST)
        return await _draw(request, visit, wrong=Wrong("text", words, 400), text=text[:LONGEST])
    reply = await say(request, viewer, Utterance("web", text="" if tap else text, tap=tap))
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        said = text if tap is None else _title_of(tap, await list_turns(conn, viewer=viewer))
        await keep_turn(conn, viewer=viewer, said=said, reply=reply, at=now_of(request))
    if not keeps_content(request):
        return await _draw(request, visit, alone=ChatTurn(0, now_of(request), said, answer_of(reply)))
    return go("/try")


@router.post("/clear")
async def clear(request: Request, visit: Anybody) -> Response:
    """An empty chat; what was done in it stays done."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await forget_turns(conn, viewer=visit.viewer)
    return go("/try", Note(speech_of(visit.viewer.language).say("The chat is empty. What was done in it stays done.")))


def _title_of(tap: str, turns: list[ChatTurn]) -> str:
    """What stood on the button that was pressed."""
    choices = [choice for turn in turns for choice in (*turn.answer.buttons, *turn.answer.rows)]
    return next((choice.title for choice in reversed(choices) if choice.id == tap), "…")


async def _draw(
    request: Request, visit: Visit, *, wrong: Wrong | None = None, text: str = "", alone: ChatTurn | None = None
) -> Response:
    now, speech = now_of(request), speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="try", title=speech.say("Try it"), now=now)
        number = await find_number(conn)
        turns = [alone] if alone else await list_turns(conn, viewer=visit.viewer)
    return draw(
        request,
        "try.html",
        status=wrong.status if wrong else 200,
        turns=turns,
        open_from=turns[-_CHOOSABLE].id if len(turns) >= _CHOOSABLE else 0,
        examples=EXAMPLES,
        number=number,
        bubble=bubble,
        longest=LONGEST,
        wrong=wrong,
        text=text,
        **frame,
    )
