"""What one wants to hear of a project, over one's own settings."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, read_form
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.pages.account_notifications import HERE
from tasktalk.console.pages.account_reading import OF_OTHERS
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase
from tasktalk.tasks.preferences.events import Event
from tasktalk.tasks.preferences.preferences import get_preferences
from tasktalk.tasks.projects.projects import get_project
from tasktalk.tasks.projects.sharing.members import EVENTS, get_membership, switch_notifications
from tasktalk.web.http import known_id

router = APIRouter(prefix=HERE + "/projects", route_class=PageRoute, include_in_schema=False)

_CHOICES = {"": None, "on": True, "off": False}
# Who may choose here is in the project, and invited no more.
_KINDS = {event: words for event, words in OF_OTHERS.items() if event in EVENTS - {Event.INVITED}}


@router.get("/{project_id}")
async def show_project(request: Request, project_id: str, visit: Anybody) -> Response:
    """Each event: as in one's own settings, or otherwise."""
    return await _draw(request, visit, known_id(project_id))


@router.post("/{project_id}")
async def change_project(request: Request, project_id: str, visit: Anybody) -> Response:
    """What is in the form; an event that is not stays as it is."""
    form, known = await read_form(request), known_id(project_id)
    try:
        chosen = {event.value: _read(form[event]) for event in _KINDS if event in form}
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            await switch_notifications(conn, viewer=visit.viewer, project_id=known, switches=chosen)
    except BadRequest as error:
        return await _draw(request, visit, known, wrong=Wrong.of(error))
    return go(HERE, Note(speech_of(visit.viewer.language).say("Saved.")))


def _read(choice: str) -> bool | None:
    if choice not in _CHOICES:
        raise BadRequest(phrase("That cannot be chosen."))
    return _CHOICES[choice]


async def _draw(request: Request, visit: Visit, project_id: UUID, *, wrong: Wrong | None = None) -> Response:
    async with request.app.state.pool.acquire() as conn:
        project = await get_project(conn, viewer=visit.viewer, project_id=project_id)
        mine = await get_membership(conn, viewer=visit.viewer, project_id=project_id)
        usual = await get_preferences(conn, viewer=visit.viewer)
        context = await load_account(request, conn, visit, here=HERE)
    context |= {"project": project, "mine": mine.notifications, "usual": usual.notifications, "kinds": _KINDS}
    return draw(request, "account_project.html", status=wrong.status if wrong else 200, wrong=wrong, **context)
