"""What the keyboard can do; keys.js shows it in a dialog, too."""

from fastapi import APIRouter, Request, Response

from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.frame import load_frame
from tasktalk.console.page import PageRoute, draw, now_of
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

# The keys that are pressed one after the other, and what they do.
SHORTCUTS = {
    phrase("Anywhere"): (
        ("q", phrase("Add a task")),
        ("/", phrase("Find tasks")),
        ("?", phrase("This help")),
        ("Esc", phrase("Leave a field, close what is open, select nothing")),
    ),
    phrase("Go to"): (
        ("g t", phrase("Today")),
        ("g u", phrase("Upcoming")),
        ("g i", phrase("Inbox")),
        ("g a", phrase("All open")),
        ("g d", phrase("Done")),
        ("g f", phrase("Find")),
        ("g s", phrase("Settings")),
    ),
    phrase("In a list of tasks"): (
        ("j", phrase("Next task")),
        ("k", phrase("Task before")),
        ("x", phrase("Select")),
        ("e", phrase("Edit")),
        ("c", phrase("Complete")),
    ),
    phrase("On a board or a calendar"): (
        ("Space", phrase("Pick up the card that has the focus")),
        ("← ↑ ↓ →", phrase("Move it")),
        ("Enter", phrase("Drop it")),
        ("Esc", phrase("Put it back")),
    ),
}


@router.get("/shortcuts")
async def show_shortcuts(request: Request, visit: Anybody) -> Response:
    """The sheet as a page of its own."""
    title = speech_of(visit.viewer.language).say("Keyboard shortcuts")
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="shortcuts", title=title, now=now_of(request))
    return draw(request, "shortcuts.html", shortcuts=SHORTCUTS, **frame)
